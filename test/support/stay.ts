/** One listener's time on a channel, and the oracle that says whether it heard what it had to. */
import type { GapReason, Replay, SSEClient, UntypedChannels } from 'tidewire'
import { expect } from 'vitest'
import { record } from './tape.js'

export interface Published {
  /** Counts the channel's messages. */
  readonly number: number
  /** Which log has it: another one is another generation. */
  readonly generation: number
}

export interface StaySetting {
  readonly client: SSEClient<UntypedChannels>
  readonly name: string
  readonly replay: Replay | undefined
  /** Of the log when it began. */
  readonly generation: number
  /** Nobody else of its client holds the channel. */
  readonly isAlone: boolean
}

export interface Stay extends StaySetting {
  /** Numbers, and why history was lost, in order. */
  readonly heard: readonly (number | GapReason)[]
  /** Seen live: so many of the channel's messages were published by then, and this was the log. */
  live: { readonly count: number; readonly generation: number } | undefined
  isOver: boolean
  stop(): void
}

/** What was published on its channel, and what the logs kept of it. */
export interface Truth {
  readonly all: readonly Published[]
  /** The logs have forgotten nothing. */
  readonly isAllKept: boolean
}

export function beginStay(setting: StaySetting): Stay {
  const { client, name, replay } = setting
  const { entries, stop } = record<number>(client.channel(name, { replay }), 'n')
  return { ...setting, heard: entries, live: undefined, isOver: false, stop }
}

/** Notes that it is live, where it is. */
export function look(stay: Stay, { all }: Truth, generation: number): void {
  if (stay.live || stay.isOver) return
  if (stay.client.channel(stay.name).status.peek() === 'live')
    stay.live = { count: all.length, generation }
}

/** Exactly once and in order, or exactly one gap with the right reason. */
export function check(stay: Stay, truth: Truth): void {
  const { heard, live } = stay
  const { all, isAllKept } = truth
  const context = () => JSON.stringify({ ...stay, client: undefined, all: all.map(Object.values) })
  const generationOf = (number: number) => (all[number] as Published).generation

  let before: number | undefined
  let reasons: GapReason[] = []
  for (const entry of heard) {
    if (typeof entry === 'string') {
      reasons.push(entry)
      continue
    }
    // Where others hold the channel it may not be known yet that their log is gone.
    const first = stay.isAlone ? stay.generation : 0
    const from = before === undefined ? first : generationOf(before)
    checkStep(before, entry, reasons, from)
    before = entry
    reasons = []
  }
  // What was lost after the last message was lost between logs, too.
  const newest = (all.at(-1)?.generation ?? 0) - (before === undefined ? 0 : generationOf(before))
  expect(reasons.filter((reason) => reason === 'epoch').length, context()).toBeLessThanOrEqual(
    Math.max(newest, stay.isOver ? Number.POSITIVE_INFINITY : 0),
  )

  function checkStep(
    before: number | undefined,
    number: number,
    reasons: readonly GapReason[],
    from: number,
  ) {
    const to = generationOf(number)
    const missing = before === undefined ? 0 : number - before - 1
    const count = (reason: GapReason) => reasons.filter((other) => other === reason).length
    // In order, and once.
    if (before !== undefined) expect(number, context()).toBeGreaterThan(before)
    // Another log is told once; of several that came and went meanwhile, each once at most.
    expect(count('epoch'), context()).toBeLessThanOrEqual(to - from)
    if (before !== undefined && to !== from) expect(count('epoch'), context()).toBeGreaterThan(0)
    // All that the new log has comes.
    if (before !== undefined && to !== from && isAllKept)
      expect(number, context()).toBe(all.findIndex(({ generation }) => generation === to))
    // What is missing is missing at a gap.
    if (missing > 0 && to === from) expect(count('trimmed'), context()).toBeGreaterThan(0)
    if (isAllKept) expect(count('trimmed'), context()).toBe(0)
    // There is no other reason.
    expect(count('epoch') + count('trimmed'), context()).toBe(reasons.length)
  }

  const numbers = heard.filter((entry) => typeof entry === 'number')
  const isWhole = numbers.length === heard.length
  // From the moment it was live nothing is missing at the front, either.
  if (live && isWhole && all.length > live.count && (!stay.isOver || numbers.length > 0))
    expect(numbers[0] ?? Number.POSITIVE_INFINITY, context()).toBeLessThanOrEqual(live.count)
  if (live && isWhole && stay.isAlone && stay.replay === 'earliest' && isAllKept && numbers.length)
    expect(numbers[0], context()).toBe(
      all.findIndex(({ generation }) => generation === live.generation),
    )
  // Nor at the end.
  if (!stay.isOver) expect(numbers.at(-1), context()).toBe(all.length - 1)
}
