/** `<gap-note>`: whether a history is loaded, and what became of the last gap. */
import type { Gap } from 'tidewire'
import { write } from '../page/element.js'
import { clock } from '../page/words.js'

export class GapNote extends HTMLElement {
  #gap: Gap | undefined
  #last: Gap | undefined
  #isLoaded = false

  /** The channel's gap; undefined once the history is there again. */
  set gap(gap: Gap | undefined) {
    this.#gap = gap
    this.#last = gap ?? this.#last
    this.#show()
  }

  set loaded(isLoaded: boolean) {
    this.#isLoaded = isLoaded
    this.#show()
  }

  #show() {
    this.dataset.gap = this.#gap ? 'open' : this.#last ? 'mended' : 'none'
    write(this, this.#text())
  }

  #text(): string {
    if (!this.#isLoaded) return 'Loading the history …'
    if (this.#gap) return `Gap (${this.#gap.reason}): loading the history again …`
    if (!this.#last) return 'History loaded, nothing missed since'
    return `Gap (${this.#last.reason}): history loaded again at ${clock(this.#last.since)}`
  }
}

customElements.define('gap-note', GapNote)
