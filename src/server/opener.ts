/** A stream from its admission to its end: session, channels, age. */
import type { Connections } from './connections.js'
import { createBucket } from './connections.js'
import type { OpenBody, Opening } from './endpoint.js'
import type { Journal } from './journal.js'
import { createMembership } from './membership.js'
import type { Limits, Times } from './options.js'
import type { Patterns } from './pattern.js'
import type { Roster } from './roster.js'
import type { ChannelRule } from './rule.js'
import { createSession, type Session } from './session.js'
import type { TimerWheel } from './timer-wheel.js'

export interface OpenerParts {
  readonly connections: Connections
  readonly patterns: Patterns<ChannelRule>
  readonly roster: Roster
  readonly journal: Journal
  readonly wheel: TimerWheel
  readonly limits: Limits
  readonly times: Times
  readonly diagnose: (type: string, details?: Readonly<Record<string, unknown>>) => void
  readonly onError: (error: unknown) => void
}

export interface Opener {
  open(opening: Opening, openBody: OpenBody): { body: ReadableStream<Uint8Array> | null }
  /** At some moment of the next `over` ms. */
  endSoon(session: Session, over: number): void
  endNow(session: Session): void
}

/** Changes of channels: so many at once, so many a second. */
const CHANGES = { burst: 60, perSecond: 10 }

/** Milliseconds after which readers of a planned end come back, not all at once. */
const comeBack = () => 200 + Math.round(Math.random() * 1800)

function endWith(signal: AbortSignal, left: () => void): () => void {
  signal.addEventListener('abort', left, { once: true })
  return () => signal.removeEventListener('abort', left)
}

export function createOpener(parts: OpenerParts): Opener {
  const { connections, patterns, roster, journal, wheel, limits, times, diagnose, onError } = parts

  return {
    open({ request, signal, native, got, visitor, key, granted }, openBody) {
      // Joined, not `randomUUID`, whose text Node leaves in thirty pieces.
      const conn = crypto.getRandomValues(new Uint32Array(4)).join('-')
      const { cid, rev, channels, last } = request
      const left = () => session.end('left')
      const { sink, body } = openBody({ drained: () => session.drained(), left })
      // Without a body the sink itself tells of it; a request that nobody waits for can be let go.
      const stopWaiting = body && endWith(signal, left)
      const membership = createMembership(
        {
          patterns,
          roster,
          journal,
          wheel,
          limit: limits.channelsPerConnection,
          authorizeTimeout: times.authorizeTimeout,
          heartbeat: times.heartbeat,
          onError,
        },
        () => session,
      )
      const age = times.maxAge * (0.8 + Math.random() * 0.4)
      const stopAging = wheel.add(age, () => session.end('aged', comeBack()))
      const session: Session = createSession({
        identity: { conn, cid, principal: visitor.id },
        principal: visitor.principal,
        sink,
        journal,
        wheel,
        native,
        got,
        last,
        heartbeat: times.heartbeat,
        backlog: limits.backlog,
        bodySize: limits.bodySize,
        fed: membership.fed,
        onEnd(why) {
          stopAging()
          stopWaiting?.()
          connections.remove(conn)
          membership.close()
          diagnose('closed', { conn, why })
        },
        onGap: (channels, why) => diagnose('gap', { conn, channels, why }),
        onError,
      })
      const mayChange = createBucket(CHANGES.burst, CHANGES.perSecond)
      const connection = { session, membership, key, mayChange }
      connections.add(connection)
      diagnose('opened', { conn, channels: channels.length })
      membership.want({ rev, channels, context: visitor.context, last, granted })
      return { body }
    },
    endSoon(session, over) {
      const cancel = wheel.add(Math.random() * over, () => session.end('drained', comeBack()))
      session.signal().addEventListener('abort', cancel, { once: true })
    },
    endNow: (session) => session.end('drained', comeBack()),
  }
}
