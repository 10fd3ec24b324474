/** A channel in a session's wanted set, from its rule to its end. */
import { isClientId, type Replay, type WireVerdict } from '../hub-protocol.js'
import type { Frame } from './frame.js'
import type { LogEntry } from './log.js'
import type { Match } from './pattern.js'
import type { ChannelRule } from './rule.js'

/** The names by which `except` and `only` know a session. */
export interface Identity {
  readonly conn: string
  readonly cid: string | undefined
  /** `null`: anonymous. */
  readonly principal: string | null
}

export interface Receiver {
  readonly identity: Identity
  /** As `identify` gave it. */
  readonly principal: unknown
  /** An event of a channel that is live. */
  push(frame: Frame): void
}

export interface Member {
  readonly name: string
  readonly match: Match<ChannelRule>
  readonly receiver: Receiver
  /** Where it begins. */
  readonly since: Replay
  /** Begins where the connection's cursor is, which covers it. */
  covered: boolean
  verdict: WireVerdict | 'asking'
  /** It has had all that is before the journal's head, and gets what comes. */
  live: boolean
  /** Takes back the timer that waits for it: its expiry, or the next time its rule is asked. */
  cancel: (() => void) | undefined
}

/** Begins where it asks to, else at the connection's cursor, else now: when it is asked for, not when a rule has answered. */
export function createMember(
  name: string,
  match: Match<ChannelRule>,
  receiver: Receiver,
  { since, last, now }: { since: Replay | undefined; last: string | undefined; now: string },
): Member {
  const isNow = typeof since === 'object' && since.last === 0
  return {
    name,
    match,
    receiver,
    since: isNow ? now : (since ?? last ?? now),
    covered: since === undefined && last !== undefined,
    verdict: 'asking',
    live: false,
    cancel: undefined,
  }
}

/** Whom an event is for; everybody, where neither is given. */
export type Audience = Pick<LogEntry, 'except' | 'only'>

/** Whether an event is meant for a session. */
export function isFor({ except, only }: Audience, { conn, cid, principal }: Identity): boolean {
  const names = (id: string) => id === conn || id === principal
  // A label is worth what its form is worth: only what looks like a client id can be one.
  const named = (id: string) => names(id) || (id === cid && isClientId(id))
  if (except?.some(named)) return false
  return only === undefined || only.some(named)
}
