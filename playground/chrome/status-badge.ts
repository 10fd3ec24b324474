/** `<status-badge>`: the status of a connection or a channel as a sign and a word. */
import type { ChannelStatus, ConnectionState } from 'tidewire'
import { capitalized, statusWord } from './words.js'

/** Every status has a shape of its own, so that nobody depends on colours. */
const SHAPES = {
  idle: '<circle cx="6" cy="6" r="4.25"/>',
  connecting: '<path class="spins" d="M6 1.75A4.25 4.25 0 1 1 1.75 6"/>',
  open: '<circle class="solid" cx="6" cy="6" r="4.5"/>',
  waiting: '<circle cx="6" cy="6" r="4.75"/><path d="M6 3.25V6l2 1.25"/>',
  paused: '<path class="bold" d="M4 2.5v7M8 2.5v7"/>',
  closed: '<rect class="solid" x="2" y="2" width="8" height="8" rx="1"/>',
  failed: '<path class="bold" d="m2.5 2.5 7 7m0-7-7 7"/>',
}

const CHANNEL_SHAPES: { readonly [S in ChannelStatus]: keyof typeof SHAPES } = {
  idle: 'idle',
  joining: 'connecting',
  live: 'open',
  resuming: 'waiting',
  denied: 'failed',
  unknown: 'failed',
  limit: 'failed',
  closed: 'closed',
}

export class StatusBadge extends HTMLElement {
  readonly #sign = document.createElement('span')
  readonly #word = document.createElement('span')

  set state(state: ConnectionState) {
    const failed = state.status === 'closed' && state.reason === 'failed'
    this.#show(failed ? 'failed' : state.status, statusWord(state))
  }

  set channel(status: ChannelStatus) {
    this.#show(CHANNEL_SHAPES[status], capitalized(status))
  }

  #show(shape: keyof typeof SHAPES, word: string) {
    if (this.dataset.status !== shape) {
      this.dataset.status = shape
      this.#sign.innerHTML = `<svg viewBox="0 0 12 12" aria-hidden="true">${SHAPES[shape]}</svg>`
    }
    if (this.#word.textContent !== word) this.#word.textContent = word
  }

  connectedCallback() {
    this.append(this.#sign, this.#word)
  }
}

customElements.define('status-badge', StatusBadge)
