/** `<time-left>`: counts down to a moment. */
import { seconds } from '../page/words.js'

export class TimeLeft extends HTMLElement {
  #until: number | undefined

  /** A `Date.now()` time; undefined where there is nothing to wait for. */
  set until(until: number | undefined) {
    if (until === this.#until) return
    this.#until = until
    this.#count(until)
  }

  #count(until: number | undefined) {
    if (until !== this.#until) return
    const left = (until ?? 0) - Date.now()
    this.textContent = until === undefined ? '' : seconds(left)
    if (left > 0) setTimeout(() => this.#count(until), 100)
  }
}

customElements.define('time-left', TimeLeft)
