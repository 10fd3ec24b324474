/** The last minutes of a connection: its states as spans, its events as counts, and what a person did as marks. */

export interface Span {
  readonly sign: string
  readonly from: number
  /** Undefined as long as it lasts. */
  to?: number
}

export interface Mark {
  readonly at: number
  readonly name: string
}

export interface History {
  enter(sign: string, at: number): void
  count(events: number, at: number): void
  mark(name: string, at: number): void
  /** What is left of the window that ends now. Oldest first. */
  spans(now: number): readonly Span[]
  marks(now: number): readonly Mark[]
  /** Events of one slot. */
  eventsIn(slot: number): number
  /** Events a second, over the last second. */
  rate(now: number): number
}

/** Milliseconds that are kept, and of one slot. */
export const WINDOW = 180_000
export const SLOT = 250
const SLOTS = WINDOW / SLOT + 2
const SLOTS_A_SECOND = 1000 / SLOT

export const slotOf = (at: number) => Math.floor(at / SLOT)

export function createHistory(): History {
  let spans: Span[] = []
  let marks: Mark[] = []
  const counts = new Uint32Array(SLOTS)
  /** Which slot each of them counts. */
  const slots = new Float64Array(SLOTS)

  const eventsIn = (slot: number) =>
    slots[slot % SLOTS] === slot ? (counts[slot % SLOTS] ?? 0) : 0

  return {
    enter(sign, at) {
      const last = spans.at(-1)
      if (last?.sign === sign) return
      if (last) last.to = at
      spans.push({ sign, from: at })
    },
    count(events, at) {
      const slot = slotOf(at)
      counts[slot % SLOTS] = eventsIn(slot) + events
      slots[slot % SLOTS] = slot
    },
    mark(name, at) {
      marks.push({ at, name })
    },
    spans(now) {
      spans = spans.filter(({ to = now }) => to > now - WINDOW)
      return spans
    },
    marks(now) {
      marks = marks.filter(({ at }) => at > now - WINDOW)
      return marks
    },
    eventsIn,
    rate(now) {
      // The slot under way is not full yet.
      const last = slotOf(now) - 1
      let sum = 0
      for (let slot = last; slot > last - SLOTS_A_SECOND; slot -= 1) sum += eventsIn(slot)
      return sum
    },
  }
}
