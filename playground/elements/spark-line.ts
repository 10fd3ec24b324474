/** `<spark-line>`: the last values as a line. The newest is at the right edge. */

const POINTS = 60
/** The scale is fixed, so that the line does not jump when a value leaves. */
const LOWEST = 0.4
const HIGHEST = 4.4

export class SparkLine extends HTMLElement {
  set values(values: readonly number[]) {
    const shown = values.slice(-POINTS)
    const line = shown.map((value, index) => {
      const x = 100 - (shown.length - 1 - index) * (100 / (POINTS - 1))
      const y = 100 - ((value - LOWEST) / (HIGHEST - LOWEST)) * 100
      return `${x.toFixed(2)} ${y.toFixed(2)}`
    })
    const first = 100 - (shown.length - 1) * (100 / (POINTS - 1))
    const [area, stroke] = this.#paths()
    stroke.setAttribute('d', line.length ? `M${line.join('L')}` : '')
    area.setAttribute('d', line.length ? `M${first.toFixed(2)} 100L${line.join('L')}L100 100Z` : '')
  }

  #paths(): [Element, Element] {
    if (!this.firstChild)
      this.innerHTML =
        '<svg viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true"><path class="area"/><path class="line"/></svg>'
    const [area, line] = this.querySelectorAll('path')
    return [area!, line!]
  }
}

customElements.define('spark-line', SparkLine)
