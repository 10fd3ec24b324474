/** `<status-badge>`: the status of a connection or a channel as a sign and a word. */
import type { ChannelStatus, ConnectionState } from 'tidewire'
import { write } from '../page/element.js'
import { capitalized, signOf } from '../page/words.js'
import { CHANNEL_SIGNS, SHAPES, type Sign } from './signs.js'

export class StatusBadge extends HTMLElement {
  readonly #sign = document.createElement('span')
  readonly #word = document.createElement('span')

  set state(state: ConnectionState) {
    this.show(signOf(state), capitalized(signOf(state)))
  }

  set channel(status: ChannelStatus) {
    this.show(CHANNEL_SIGNS[status], capitalized(status))
  }

  show(sign: Sign, word: string) {
    if (this.dataset.status !== sign) {
      this.dataset.status = sign
      this.#sign.innerHTML = `<svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[sign]}</svg>`
    }
    write(this.#word, word)
  }

  connectedCallback() {
    this.append(this.#sign, this.#word)
  }
}

customElements.define('status-badge', StatusBadge)
