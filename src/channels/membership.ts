/** One channel of the hub as a client has it, whoever listens: what all views of a name share. */
import { type Signal, signal } from '@preact/signals-core'
import { ChannelError, type ChannelErrorCode, type SSEError } from '../errors.js'
import {
  type GapReason,
  isAfter,
  type Replay,
  type Verdict,
  type WireVerdict,
} from '../hub-protocol.js'
import type { FeedControl } from './feed.js'
import { createLease, type Lease } from './lease.js'

/** 'limit': more channels than the hub allows one connection. */
export type ChannelStatus =
  | 'idle'
  | 'joining'
  | 'live'
  | 'resuming'
  | 'denied'
  | 'unknown'
  | 'limit'
  | 'closed'

/** History was lost. Each gap is a new object, so an effect sees each one; it stays until `acknowledge()`, a finished re-seed or release. */
export interface Gap {
  readonly reason: GapReason
  /** When it was reported (`Date.now()`). */
  readonly since: number
}

const REFUSALS: Record<ChannelErrorCode, (name: string) => string> = {
  denied: (name) => `Unauthorized: the hub refused the channel "${name}".`,
  unknown: (name) => `The hub has no channel "${name}".`,
  limit: (name) => `The channel "${name}" is beyond what the hub allows one connection.`,
  revoked: (name) => `The hub took the channel "${name}" back.`,
}

export type View = FeedControl<{ readonly [type: string]: unknown }>
type ViewMessage = Parameters<View['offer']>[0]

export interface Membership {
  readonly name: string
  readonly status: Signal<ChannelStatus>
  readonly gap: Signal<Gap | undefined>
  readonly lease: Lease
  /** The feeds that are held. */
  readonly views: Set<View>
  /** Where the hub is to begin; absent once the connection's cursor covers the channel. */
  since(): Replay | undefined
  /** Asks for history, where the channel is not joined yet. */
  replay(from: Replay | undefined): void
  /** The hub's answer. `undefined` while there is none. */
  readonly verdict: Verdict | undefined
  decide(verdict: WireVerdict): void
  revoke(): void
  /** History was lost; what comes next follows `cursor`. */
  lose(reason: GapReason): void
  /** The next message; false where the channel has had it. */
  take(message: ViewMessage): boolean
  fail(error: SSEError): void
  /** The stream is gone, or there is one again. */
  resume(status: 'joining' | 'resuming' | 'closed'): void
  /** Called with the first verdict, or at once where there is one. */
  settled(then: (verdict: Verdict) => void): () => void
}

export function createMembership(name: string, want: (wanted: boolean) => void): Membership {
  const status = signal<ChannelStatus>('idle')
  const gap = signal<Gap | undefined>(undefined)
  const views = new Set<View>()
  const waiting = new Set<(verdict: Verdict) => void>()
  /** The id of the last message. */
  let cursor = ''
  let from: Replay | undefined
  let isCovered = false
  let verdict: Verdict | undefined

  // Without a grace of its own: the views have theirs.
  const lease = createLease(
    () => {
      status.value = 'joining'
      want(true)
    },
    () => {
      want(false)
      cursor = ''
      from = verdict = undefined
      isCovered = false
      gap.value = undefined
      if (status.peek() !== 'closed') status.value = 'idle'
    },
    0,
  )

  function decide(answer: WireVerdict) {
    // Asked again by the hub; another verdict follows.
    if (answer === 'unavailable') return
    verdict = answer
    if (answer === 'ok' || answer === 'volatile') {
      isCovered = true
      status.value = 'live'
      for (const view of views) {
        view.recover()
        view.joined(true)
      }
    } else refuse(answer, answer)
    for (const then of waiting) then(answer)
    waiting.clear()
  }

  function refuse(to: 'denied' | 'unknown' | 'limit', code: ChannelErrorCode) {
    status.value = to
    fail(new ChannelError(code, name, REFUSALS[code](name)))
  }

  function fail(error: SSEError) {
    for (const view of views) view.fail(error as never)
  }

  return {
    name,
    status,
    gap,
    lease,
    views,
    since: () => (isCovered ? undefined : cursor || from),
    replay(start) {
      if (verdict === undefined) from ??= start
    },
    get verdict() {
      return verdict
    },
    decide,
    revoke() {
      verdict = 'denied'
      refuse('denied', 'revoked')
    },
    lose(reason) {
      cursor = ''
      gap.value = { reason, since: Date.now() }
      for (const view of views) view.joined(false)
    },
    take(message) {
      const { id } = message
      if (id) {
        if (cursor && !isAfter(id, cursor)) return false
        cursor = id
      }
      for (const view of views) view.offer(message)
      return true
    },
    fail,
    resume(next) {
      if (next !== 'closed' && /^(denied|unknown|limit|idle)$/.test(status.peek())) return
      status.value = next
    },
    settled(then) {
      if (verdict) then(verdict)
      else waiting.add(then)
      return () => waiting.delete(then)
    },
  }
}
