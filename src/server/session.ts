/**
 * One open response: what is written to it, and under which id.
 *
 * `position` is the cursor that the reader has by now. An `id:` line never moves it back, nor past what a channel that it covers has
 * still to get; a message or a gap that may not move it names its id in its data.
 */
import {
  type ControlBlock,
  compareIds,
  type GapReason,
  LEAST_BODY,
  type WireVerdict,
} from '../hub-protocol.js'
import { type CatchUp, createCatchUp } from './catch-up.js'
import { encodeControl, encodeId, encodeRetry, type Frame, HEARTBEAT } from './frame.js'
import type { Journal } from './journal.js'
import type { Identity, Member, Receiver } from './member.js'
import { createOutbox } from './outbox.js'
import { AHEAD, type Sink } from './sink.js'
import type { TimerWheel } from './timer-wheel.js'

/** Why a session ended. 'slow': its reader stopped reading. 'broken': the log failed it. */
export type SessionEnd = 'left' | 'slow' | 'broken' | 'replaced' | 'aged' | 'drained' | 'revoked'

export interface SessionParts {
  readonly identity: Identity
  /** As `identify` gave it. */
  readonly principal: unknown
  readonly sink: Sink
  readonly journal: Journal
  readonly wheel: TimerWheel
  /** One channel, in native form, without blocks of the hub's own but `gap`. */
  readonly native: boolean
  /** Opened by GET: a browser's EventSource, which understands `retry:` alone. */
  readonly got: boolean
  /** The cursor that the reader came with. */
  readonly last: string | undefined
  readonly heartbeat: number
  readonly backlog: number
  /** Bytes that a request of the client's may have. */
  readonly bodySize: number
  /** Joined channels that have ids and get what is published. */
  readonly fed: () => Member[]
  readonly onEnd: (why: SessionEnd) => void
  readonly onGap: (channels: readonly string[], why: GapReason) => void
  readonly onError: (error: unknown) => void
}

export interface Session extends Receiver {
  readonly catchUp: CatchUp
  isOver(): boolean
  /** Aborts at the end. Costs more than the rest of a session: for who has to wait. */
  signal(): AbortSignal
  /** Tells verdicts in one block, before whatever is written next. */
  tell(rev: number, verdicts: Readonly<Record<string, WireVerdict>>, heartbeat: number): void
  /** Verdicts that wait to be told belong to the revision before. */
  tellNow(): void
  revoked(channel: string): void
  /** The log lost what came right after the journal's head. */
  hole(why: GapReason, after: string): void
  /** There is room again. */
  drained(): void
  /** `after`: tells the reader to come back in so many ms. */
  end(why: SessionEnd, after?: number): void
}

type Sub = Extract<ControlBlock, { t: 'sub' }>

/** The timers are not exact enough for a client to rely on quicker ones (ms): it would replace one stream after the other. */
const QUICKEST = 250
/** On the wire a heartbeat is a whole number, 0 where there is none. */
const announced = (ms: number) =>
  ms < Number.MAX_SAFE_INTEGER ? Math.max(Math.ceil(ms), QUICKEST) : 0
const hello = ({ identity, heartbeat, bodySize }: SessionParts): ControlBlock => ({
  t: 'hello',
  v: 1,
  conn: identity.conn,
  heartbeat: announced(heartbeat),
  ...(bodySize > LEAST_BODY && { body: Math.min(Math.floor(bodySize), Number.MAX_SAFE_INTEGER) }),
})

export function createSession(parts: SessionParts): Session {
  const { identity, sink, journal, wheel, native, backlog } = parts
  let ended: SessionEnd | undefined
  /** Made when somebody waits for the end. */
  let ender: AbortController | undefined
  const outbox = createOutbox(sink)
  let position = parts.last ?? journal.head
  let heartbeat = parts.heartbeat
  /** Verdicts of this tick. */
  let untold: Sub | undefined
  let written = 0
  /** What had been read by the last heartbeat, where much was not. */
  let stalledAt: number | undefined

  const catchUp = createCatchUp(
    journal,
    {
      full: () => ended !== undefined || sink.unread() + outbox.size() >= AHEAD,
      replay(frame, held) {
        tellUntold()
        const moves = !held && (compareIds(frame.id, position) ?? 1) > 0
        if (moves) position = frame.id
        write(frame.bytes(native ? 'native' : moves ? 'id' : 'named'))
      },
      gap: tellGap,
      failed(error) {
        parts.onError(error)
        cut('broken')
      },
    },
    parts.last !== undefined,
  )

  function write(bytes: Uint8Array) {
    if (ended) return
    written += bytes.length
    outbox.write(bytes)
  }

  function tellUntold() {
    if (!untold) return
    const block = untold
    untold = undefined
    if (native) return
    const id = cursor()
    // What the reader came with may not be an id of this log; the gap says so in a moment.
    write(encodeControl(block, compareIds(id, journal.head) === undefined ? {} : { id }))
  }

  /** The reader's cursor, moved as far as all its channels have come. */
  function cursor(): string {
    if (!catchUp.holding() && (compareIds(journal.head, position) ?? 1) > 0) position = journal.head
    return position
  }

  function tellGap(channels: readonly string[], why: GapReason, after: string, moved: boolean) {
    tellUntold()
    const moves = moved || (!catchUp.holding() && (compareIds(after, position) ?? 1) >= 0)
    if (moves) position = after
    if (channels.length === 0) return
    parts.onGap(channels, why)
    const block: ControlBlock = { t: 'gap', channels, why }
    write(moves ? encodeControl(block, { id: after }) : encodeControl({ ...block, i: after }))
  }

  /** Keeps the stream alive and its cursor fresh, and finds readers that stopped. */
  function beat() {
    journal.follow()
    const read = sink.unread() > AHEAD ? written - sink.unread() - outbox.size() : undefined
    if (read !== undefined && read === stalledAt) return cut('slow')
    stalledAt = read
    const before = position
    tellUntold()
    write(cursor() !== before ? encodeId(position) : HEARTBEAT)
    stopBeating = wheel.add(heartbeat, beat)
  }
  let stopBeating = wheel.add(heartbeat, beat)

  function finish(why: SessionEnd) {
    ended = why
    stopBeating()
    catchUp.clear()
    // A reason of its own spares ten thousand streams that end together as many stack traces.
    ender?.abort(why)
    parts.onEnd(why)
  }

  function cut(why: SessionEnd) {
    if (ended) return
    sink.cut()
    finish(why)
  }

  // The first bytes go at once: they tell a proxy that this is a stream.
  write(native ? HEARTBEAT : encodeControl(hello(parts)))
  outbox.flush()

  return {
    identity,
    principal: parts.principal,
    catchUp,
    isOver: () => ended !== undefined,
    signal() {
      ender ??= new AbortController()
      if (ended) ender.abort(ended)
      return ender.signal
    },

    push(frame: Frame) {
      if (sink.unread() > backlog + AHEAD) return cut('slow')
      if (frame.id && outbox.size() > backlog / 2) {
        // Too much for one tick is no fault of the reader's: it comes from the log, as fast as it is read.
        // The head is still that of the event before.
        outbox.flush()
        return catchUp.fallBehind(parts.fed(), journal.head)
      }
      tellUntold()
      const held = catchUp.holding()
      if (frame.id && !held) position = frame.id
      write(frame.bytes(native ? 'native' : held ? 'named' : 'id'))
    },

    tell(rev, verdicts, interval) {
      if (ended) return
      if (!untold) queueMicrotask(tellUntold)
      const channels = { ...untold?.channels, ...verdicts }
      untold = { ...untold, t: 'sub', rev, channels }
      if (interval === heartbeat) return
      heartbeat = interval
      untold = { ...untold, heartbeat: announced(heartbeat) }
      stopBeating()
      stopBeating = wheel.add(heartbeat, beat)
    },

    tellNow: tellUntold,

    revoked(channel) {
      if (native) return end('revoked')
      tellUntold()
      if (!native) write(encodeControl({ t: 'revoked', channels: [channel] }))
    },

    hole(why, after) {
      const channels = parts.fed().map(({ name }) => name)
      tellGap(channels, why, after, why !== 'trimmed' && !catchUp.holding())
    },

    drained: catchUp.advance,

    end,
  }

  function end(why: SessionEnd, after?: number) {
    if (ended) return
    tellUntold()
    if (after !== undefined) {
      const retry = parts.got ? { retry: after } : {}
      write(native ? encodeRetry(after) : encodeControl({ t: 'drain', after }, retry))
    }
    outbox.flush()
    sink.end()
    finish(why)
  }
}
