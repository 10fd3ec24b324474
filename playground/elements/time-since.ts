/** `<time-since>`: counts up from the moment when its `of` last changed. */
import { seconds } from '../page/words.js'

export class TimeSince extends HTMLElement {
  #of: unknown
  #since = 0

  /** Anything; undefined where there is nothing to count from. */
  set of(of: unknown) {
    if (of === this.#of) return
    this.#of = of
    this.#since = Date.now()
    this.#count(of)
  }

  #count(of: unknown) {
    if (of !== this.#of) return
    this.textContent = of === undefined ? '' : `${seconds(Date.now() - this.#since)} ago`
    if (of !== undefined) setTimeout(() => this.isConnected && this.#count(of), 100)
  }
}

customElements.define('time-since', TimeSince)
