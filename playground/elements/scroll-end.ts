/** `<scroll-end>`: a box that scrolls, stays at its end as its content grows, and can be reached by keyboard. */

export class ScrollEnd extends HTMLElement {
  connectedCallback() {
    this.tabIndex = 0
    // Its style, a column in reverse with one child, keeps the end in view.
  }
}

customElements.define('scroll-end', ScrollEnd)
