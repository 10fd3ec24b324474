/** The last minutes on one line: states as coloured spans, events as ticks, and what a person did. */
import { capitalized, plural } from '../page/words.js'
import { type History, SLOT, slotOf, WINDOW } from './history.js'

export interface Timeline {
  readonly canvas: HTMLCanvasElement
  tick(now: number): void
}

/** Heights and places in CSS pixels. */
const BAND = 20
const TICKS = { top: 32, bottom: 72 }
const AXIS = 88
export const HEIGHT = 92
/** A slot with so many events has a tick of full height. */
const FULL = Math.log2(1 + 256)
const LONGEST_WORD = 64
const WIDEST = 6
/** At first less than the whole window is shown, so that there is something to see. Milliseconds. */
const SHORTEST = 15_000
/** Distances between the lines, the closest that has room. Milliseconds. */
const STEPS = [5_000, 10_000, 30_000, 60_000]
const ROOM = 110

export function createTimeline(history: History): Timeline {
  const canvas = document.createElement('canvas')
  canvas.className = 'timeline'
  canvas.setAttribute('role', 'img')
  const pen = canvas.getContext('2d')
  const began = Date.now()
  let told = ''

  function tick(now: number) {
    const { clientWidth: width } = canvas
    if (!pen || !width) return
    const scale = devicePixelRatio
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale)
    if (canvas.height !== HEIGHT * scale) canvas.height = HEIGHT * scale
    pen.setTransform(scale, 0, 0, scale, 0, 0)
    pen.clearRect(0, 0, width, HEIGHT)
    const style = getComputedStyle(canvas)
    const shown = Math.min(WINDOW, Math.max(SHORTEST, now - began))
    const drawing: Drawing = {
      pen,
      width,
      now,
      shown,
      x: (at) => width - ((now - at) / shown) * width,
      color: (name) => style.getPropertyValue(name),
    }
    pen.font = `500 11px ${style.fontFamily}`
    drawAxis(drawing)
    drawSpans(drawing, history)
    drawEvents(drawing, history)
    drawMarks(drawing, history)
    const summary = summaryOf(history, now)
    if (summary === told) return
    told = summary
    canvas.setAttribute('aria-label', summary)
  }

  return { canvas, tick }
}

interface Drawing {
  readonly pen: CanvasRenderingContext2D
  readonly width: number
  readonly now: number
  /** Milliseconds from edge to edge. */
  readonly shown: number
  x(at: number): number
  color(name: string): string
}

function drawAxis({ pen, width, now, shown, x, color }: Drawing): void {
  const step = STEPS.find((step) => (step / shown) * width > ROOM) ?? 60_000
  pen.fillStyle = color('--ink-3')
  pen.strokeStyle = color('--line')
  pen.lineWidth = 1
  for (let ago = 0; ago <= shown; ago += step) {
    const at = Math.round(x(now - ago)) + 0.5
    pen.beginPath()
    pen.moveTo(at, BAND + 4)
    pen.lineTo(at, TICKS.bottom)
    pen.stroke()
    pen.textAlign = at > width - 20 ? 'right' : at < 20 ? 'left' : 'center'
    pen.fillText(agoText(ago), Math.min(Math.max(at, 0), width), AXIS)
  }
  pen.beginPath()
  pen.moveTo(0, TICKS.bottom + 0.5)
  pen.lineTo(width, TICKS.bottom + 0.5)
  pen.stroke()
}

function agoText(ago: number): string {
  if (!ago) return 'now'
  return ago % 60_000 ? `${ago / 1000} s ago` : `${ago / 60_000} min ago`
}

function drawSpans({ pen, width, now, x, color }: Drawing, history: History): void {
  for (const { sign, from, to = now } of history.spans(now)) {
    const left = Math.max(0, x(from))
    // However short, it is seen.
    const right = Math.min(width, Math.max(x(to), left + 2))
    pen.fillStyle = color(`--${sign}`)
    pen.globalAlpha = 0.14
    pen.fillRect(left, 0, right - left, BAND)
    pen.globalAlpha = 1
    pen.fillRect(left, BAND - 3, right - left, 3)
    if (right - left < LONGEST_WORD) continue
    pen.textAlign = 'left'
    pen.fillText(capitalized(sign), left + 7, BAND - 7)
  }
}

function drawEvents({ pen, width, now, shown, x, color }: Drawing, history: History): void {
  pen.fillStyle = color('--accent')
  const bar = Math.min(WIDEST, Math.max(1, (SLOT / shown) * width * 0.7))
  const last = slotOf(now)
  for (let slot = last - Math.ceil(shown / SLOT); slot <= last; slot += 1) {
    const events = history.eventsIn(slot)
    if (!events) continue
    const height = Math.min(1, Math.log2(1 + events) / FULL) * (TICKS.bottom - TICKS.top)
    pen.fillRect(x(slot * SLOT), TICKS.bottom - height, bar, height)
  }
}

function drawMarks({ pen, width, now, x, color }: Drawing, history: History): void {
  pen.fillStyle = color('--ink')
  pen.strokeStyle = color('--ink')
  // From the newest: a name has room up to the next one, or is left out.
  let room = width
  for (const { at, name } of [...history.marks(now)].reverse()) {
    const left = Math.round(x(at)) + 0.5
    pen.setLineDash([2, 2])
    pen.beginPath()
    pen.moveTo(left, 0)
    pen.lineTo(left, TICKS.bottom)
    pen.stroke()
    pen.setLineDash([])
    const length = pen.measureText(name).width
    const isLate = left + length + 4 > width
    const from = isLate ? left - 4 - length : left + 4
    const isShown = from + length <= room
    pen.textAlign = 'left'
    if (isShown) pen.fillText(name, from, BAND + 11)
    room = Math.min(room, left, isShown ? from : left) - 4
  }
}

/** For who does not see it. Changes with the states, not with the clock. */
function summaryOf(history: History, now: number): string {
  const breaks = history.spans(now).filter(({ sign, to }) => sign === 'open' && to).length
  return `Timeline of the last three minutes: the connection was interrupted ${breaks ? plural(breaks, 'time') : 'not once'}.`
}
