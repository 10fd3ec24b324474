/** One channel of the hub as a client has it, whoever listens: what all views of a name share. */

import type { ConnectionState } from '../connection/state.js'
import { ChannelError, type ChannelErrorCode, type SSEError } from '../errors.js'
import {
  compareIds,
  type GapReason,
  isAfter,
  type Replay,
  type Verdict,
  type WireVerdict,
} from '../hub-protocol.js'
import { atomic, type FeedControl } from './feed.js'
import { createLease, type Lease } from './lease.js'
import { type Signal, signal } from './signals.js'

/**
 * 'idle': nobody watches. 'joining': asked for. 'live': joined. 'resuming': was joined, and the stream is gone. 'denied', 'unknown',
 * 'limit' (more channels than the hub allows one connection): refused. 'closed': the client is.
 */
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
  /** What the hub says of it. */
  readonly reason: GapReason
  /** When it was reported (`Date.now()`). */
  readonly since: number
}

/** The channel's name comes behind it. */
const REFUSALS: Record<ChannelErrorCode, string> = {
  denied: 'Unauthorized: the hub refused the channel',
  unknown: 'The hub has no channel',
  limit: 'One connection may not have so many channels: the hub refused',
  revoked: 'The hub took back the channel',
}

const VERDICTS: readonly unknown[] = [
  'ok',
  'volatile',
  'denied',
  'unknown',
  'limit',
] satisfies Verdict[]
const isVerdict = (said: unknown): said is Verdict => VERDICTS.includes(said)

export type View = FeedControl<{ readonly [type: string]: unknown }>

export interface Membership {
  readonly name: string
  readonly status: Signal<ChannelStatus>
  readonly gap: Signal<Gap | undefined>
  readonly lease: Lease
  /** The feeds that are held. */
  readonly views: Set<View>
  /** The revision of the wanted set that brought it. */
  readonly revision: number
  /** Joined, without ids. */
  readonly isVolatile: boolean
  /** Where the hub is to begin: '' or absent for now. `false`: the connection's cursor covers the channel. */
  since(): Replay | false | undefined
  /** Asks for history, where the channel is not joined yet. */
  replay(from: Replay | undefined): void
  /** Another stream, or none: until its verdict the channel is where the connection's cursor is now. */
  uncover(cursor: string): void
  /** The hub's answer. */
  decide(verdict: WireVerdict): void
  /** Taken back, the connection's cursor being where it is. */
  revoke(cursor: string): void
  /** History was lost; what comes next follows the id `after`. */
  lose(reason: GapReason, after: string): void
  /** Whether the message of this id is news. */
  take(id: string): boolean
  fail(error: SSEError): void
  /** The stream is gone; with `closed` until somebody connects again, or for good. */
  interrupt(closed: Closed | undefined): void
  /** Calls with the next answer, or at once with the one that stands. Returns what forgets it. */
  settled(then: Settled): () => void
}

export type Closed = Extract<ConnectionState, { status: 'closed' }>
type Settled = (verdict: Verdict | 'closed') => void

export interface MembershipHost {
  /** Marks the channel, or takes the mark back; gives the revision. */
  want(isWanted: boolean): number
  closed(): Closed | undefined
}

export function createMembership(name: string, host: MembershipHost): Membership {
  const status = signal<ChannelStatus>('idle')
  const gap = signal<Gap | undefined>(undefined)
  const views = new Set<View>()
  const waiting = new Set<Settled>()
  /** The id of the last message. */
  let cursor = ''
  let start: Replay | undefined
  let isCovered = false
  let verdict: Verdict | undefined
  let revision = 0

  // Without a grace of its own: the views have theirs.
  const lease = createLease(
    () => {
      revision = host.want(true)
      atomic(() => interrupt(host.closed()))
    },
    () => {
      host.want(false)
      cursor = ''
      start = verdict = undefined
      isCovered = false
      atomic(() => {
        gap.value = undefined
        if (!host.closed()) status.value = 'idle'
      })
    },
    0,
  )

  const isJoined = () => verdict === 'ok' || verdict === 'volatile'

  /** Has had everything up to this id. */
  function reach(id: string) {
    cursor = id
    if (!isCovered) start = id
  }

  function interrupt(closed: Closed | undefined) {
    if (closed) {
      status.value = 'closed'
      settle('closed')
      for (const view of views) view.end(closed.reason === 'user', closed.error)
    } else if (!verdict || isJoined() || status.peek() === 'closed')
      status.value = isJoined() ? 'resuming' : 'joining'
  }

  function uncover(at: string) {
    if (isCovered) start = at
    isCovered = false
  }

  function decide(answer: WireVerdict) {
    // 'unavailable', which another verdict follows, or a word of a later version.
    if (!isVerdict(answer)) return
    verdict = answer
    if (answer === 'ok' || answer === 'volatile') {
      isCovered = true
      start = undefined
      status.value = 'live'
      for (const view of views) {
        view.recover()
        view.joined(answer === 'ok')
      }
    } else refuse(answer, answer)
    settle(answer)
  }

  function refuse(to: 'denied' | 'unknown' | 'limit', code: ChannelErrorCode) {
    // Asked again with each stream, told once.
    if (status.peek() === to) return
    status.value = to
    fail(new ChannelError(code, name, `${REFUSALS[code]} "${name}".`))
  }

  function settle(answer: Verdict | 'closed') {
    for (const then of waiting) then(answer)
    waiting.clear()
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
    get revision() {
      return revision
    },
    get isVolatile() {
      return isCovered && verdict === 'volatile'
    },
    since: () => !isCovered && start,
    replay(from) {
      if (!verdict) start ??= from
    },
    uncover,
    decide,
    revoke(at) {
      uncover(at)
      verdict = 'denied'
      refuse('denied', 'revoked')
    },
    lose(reason, after) {
      // What another stream has delivered already is not lost.
      if (reason !== 'rewound' && (compareIds(cursor, after) ?? -1) >= 0) return
      reach(after)
      gap.value = { reason, since: Date.now() }
      for (const view of views) view.joined(false)
    },
    take(id) {
      if (!id) return true
      if (!isAfter(id, cursor)) return false
      reach(id)
      return true
    },
    fail,
    interrupt,
    settled(then) {
      const answer = lease.isHeld && host.closed() ? 'closed' : verdict
      if (answer) then(answer)
      else waiting.add(then)
      return () => waiting.delete(then)
    },
  }
}
