/** Events are handed out in slices, so that many of them let the page breathe. */
import { breathe } from '../abort.js'
import type { StreamEvent } from '../event-stream/event.js'

export interface Delivery {
  readonly events: readonly StreamEvent[]
  readonly signal: AbortSignal
  now(): number
  /** The next event: whether it is one to hand out. */
  take(event: StreamEvent): boolean
  /** A slice is at its end; `all`: so are the events. */
  rest(all: boolean): void
}

/** Slices longer than this (ms) end. */
const SLICE = 8
/** Reading the clock for each event would cost more than delivering it. */
const EVENTS_BETWEEN_LOOKS = 32

/** Calls `slice` until it has pulled all events, or the signal aborts. At least once, since without events the cursor may have moved. */
export async function deliverInSlices(
  { events, signal, now, take, rest }: Delivery,
  slice: (next: () => StreamEvent | undefined) => void,
): Promise<void> {
  let taken = 0
  while (!signal.aborted) {
    const until = now() + SLICE
    slice(() => {
      while (taken < events.length && !signal.aborted) {
        if (taken % EVENTS_BETWEEN_LOOKS === 0 && now() >= until) break
        const event = events[taken++] as StreamEvent
        if (take(event)) return event
      }
      rest(taken === events.length)
      return
    })
    if (taken === events.length) return
    await breathe()
  }
}
