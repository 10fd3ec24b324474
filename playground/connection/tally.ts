/** The proof that nothing was lost and nothing came twice: what is counted has numbers that grow by one. */

export interface Tally {
  readonly received: number
  /** Missed, and nobody said so. */
  readonly lost: number
  readonly doubled: number
  /** Missed, and the hub told of a gap. */
  readonly told: number
  /** The last number; undefined before the first. */
  readonly last: number | undefined
}

export const nothing: Tally = { received: 0, lost: 0, doubled: 0, told: 0, last: undefined }

/** `gap`: the hub has told of one since the last number. */
export function count(tally: Tally, n: number, gap = false): Tally {
  const received = tally.received + 1
  if (tally.last === undefined) return { ...tally, received, last: n }
  const missed = n - tally.last - 1
  if (missed < 0) return { ...tally, received, doubled: tally.doubled + 1 }
  if (gap) return { ...tally, received, told: tally.told + missed, last: n }
  return { ...tally, received, lost: tally.lost + missed, last: n }
}
