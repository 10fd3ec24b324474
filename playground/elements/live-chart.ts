/** `<live-chart>`: the last values of something that is measured ten times a second. The newest is at the right edge. */
import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'

const HEIGHT = 118
const POINTS = 300
const A_SECOND = 10
/** Seconds before now. */
const TIMES = Array.from({ length: POINTS }, (_, index) => (index - POINTS + 1) / A_SECOND)

export class LiveChart extends HTMLElement {
  /** The scale grows beyond it where it must, and never jumps below. */
  top = 1
  #plot: uPlot | undefined
  #values: readonly number[] = []
  #isDue = false
  readonly #resized = new ResizeObserver(() => this.#resize())

  set values(values: readonly number[]) {
    this.#values = values
    if (this.#isDue) return
    this.#isDue = true
    requestAnimationFrame(() => {
      this.#isDue = false
      this.#plot?.setData(this.#data())
    })
  }

  connectedCallback() {
    this.#plot = new uPlot(this.#options(), this.#data(), this)
    this.#resized.observe(this)
  }

  disconnectedCallback() {
    this.#resized.disconnect()
    this.#plot?.destroy()
    this.#plot = undefined
  }

  #data(): uPlot.AlignedData {
    const shown = this.#values.slice(-POINTS)
    return [TIMES, [...Array(POINTS - shown.length).fill(null), ...shown]]
  }

  #resize() {
    if (this.#plot?.width !== this.clientWidth)
      this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT })
  }

  #options(): uPlot.Options {
    // Asked at every drawing, since the theme may change.
    const color = (name: string) => () => getComputedStyle(this).getPropertyValue(name)
    const axis: uPlot.Axis = {
      stroke: color('--ink-3'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { show: false },
      font: `11px ${getComputedStyle(this).fontFamily}`,
    }
    return {
      width: this.clientWidth || 300,
      height: HEIGHT,
      padding: [8, 14, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false },
        y: { range: (_, __, max) => [0, Math.max(this.top, max * 1.1)] },
      },
      axes: [
        {
          ...axis,
          size: 22,
          grid: { show: false },
          splits: [-30, -20, -10, 0],
          values: (_, splits) => splits.map((at) => (at ? `${at} s` : 'now')),
        },
        { ...axis, size: 40, space: 28 },
      ],
      series: [
        {},
        {
          stroke: color('--accent'),
          fill: color('--accent-soft'),
          width: 1.5,
          points: { show: false },
        },
      ],
    }
  }
}

customElements.define('live-chart', LiveChart)
