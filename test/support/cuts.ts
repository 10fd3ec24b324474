/** A recorded stream of events, and the plan to cut it at every byte. */
import type { Break, Faults } from './faults/faults.js'

export interface Recording {
  readonly bytes: Uint8Array
  /** Where each event's block ends; the first one begins at `begin`. */
  readonly ends: readonly number[]
  readonly begin: number
}

/** `isEvent`: of a block's text. What is no event comes before the first one. */
export function recordingOf(bytes: Uint8Array, isEvent: (block: string) => boolean): Recording {
  const ends: number[] = []
  let begin = 0
  let start = 0
  for (let at = 1; at < bytes.length; at++) {
    if (bytes[at] !== 0x0a || bytes[at - 1] !== 0x0a) continue
    const end = at + 1
    if (isEvent(new TextDecoder().decode(bytes.subarray(start, end)))) ends.push(end)
    else begin = end
    start = end
  }
  return { bytes, ends, begin }
}

/** How many events are whole in so many bytes of it. */
export function wholeIn({ ends }: Recording, length: number): number {
  let low = 0
  let high = ends.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] as number) <= length) low = middle + 1
    else high = middle
  }
  return low
}

/** Where the first event after so many begins. */
export function startOf({ ends, begin }: Recording, events: number): number {
  return events === 0 ? begin : (ends[events - 1] as number)
}

/** One life: it is cut at each of these offsets of the recording in turn. */
export interface Life {
  readonly number: number
  readonly offsets: readonly number[]
}

/**
 * Lives which together are cut once at every offset from 0 to the end: so many times each, far apart; once, where the cut comes
 * before the first event.
 */
export function livesOf({ bytes, begin }: Recording, cuts: number): Life[] {
  const distance = Math.ceil((bytes.length + 1 - begin) / cuts)
  const early = Array.from({ length: begin }, (_, offset) => [offset])
  const others = Array.from({ length: distance }, (_, first) =>
    Array.from({ length: cuts }, (_, cut) => begin + first + cut * distance).filter(
      (offset) => offset <= bytes.length,
    ),
  )
  return [...early, ...others].map((offsets, number) => ({ number, offsets }))
}

const BREAKS: readonly Break[] = ['drop', 'reset', 'end']

/** The stream breaks after so many of its bytes, in a way that depends on who it is; it comes in pieces that depend on it, too. */
export function cutAfter(bytes: number, { number }: Life, cut: number): Faults {
  const how = BREAKS[(number + cut) % BREAKS.length] as Break
  return { breakAfter: { bytes, how }, split: [1 + (number % 7), 997] }
}
