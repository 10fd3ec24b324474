/** One try: a stream from its request to its end, with the limits that keep it honest. */
import { after, linked } from '../abort.js'
import { ConnectionError, type MessageError } from '../errors.js'
import type { EventBatch } from '../event-stream/event.js'
import { type Fetch, openEventStream } from '../event-stream/stream.js'
import type { Environment } from './environment.js'
import type { Protocol } from './protocol.js'
import type { Requester } from './request.js'

export interface AttemptOptions {
  /** See `RequestOptions.fetch`. */
  fetch?: Fetch | undefined
  /** To the headers in ms, and again to the hello of a hub. Default 15000. */
  connectTimeout?: number | undefined
  /** Silence in ms after which the stream is replaced. Default: 2.5 × what the server announced, else off. `false`: never. */
  heartbeatTimeout?: number | false | undefined
  /** Characters; larger events are skipped and reported. Default 4 Mi. */
  maxEventSize?: number | undefined
}

export interface AttemptListener {
  /** A request is about to be sent. */
  requested(request: Request): void
  /** The headers of an event stream came. */
  opened(): void
  /** A read. The next one waits for the promise. */
  received(batch: EventBatch): Promise<void>
  /** An event was skipped for its size. */
  skipped(error: MessageError): void
  /** No byte came for the whole window. */
  silent(): void
}

export interface Attempt {
  /** Resolves at a clean end; rejects with `ConnectionError`, `ResponseError`, or the reason of whoever aborted. */
  readonly done: Promise<void>
  readonly signal: AbortSignal
  abort(reason?: unknown): void
  /** The stream delivers: ends the connect limit and arms the watchdog. Again with another heartbeat: another window. */
  ready(heartbeat?: number | undefined): void
  /** No byte for a whole window. */
  isSilent(): boolean
  /** Judges at once, after bytes that wait have had their chance: the page was away. */
  verify(): void
}

/** A stream may be silent for so many of the announced heartbeats. */
const HEARTBEATS = 2.5
/** A timer that wakes so much too late (ms) slept with its machine. */
const LATE = 1000
/** What bytes that arrived meanwhile get to be read, in ms: after a late timer, and after the page came back. */
const WAITING_BYTES = { late: 1000, back: 500 }

export function startAttempt(
  requester: Requester,
  protocol: Protocol,
  cursor: string,
  options: AttemptOptions,
  { now }: Pick<Environment, 'now'>,
  parent: AbortSignal,
  listener: AttemptListener,
): Attempt {
  const { connectTimeout = 15_000, heartbeatTimeout } = options
  const controller = linked(parent)
  const { signal } = controller
  /** How long the stream may be silent, in ms, where there is a limit. */
  let window: number | false | undefined
  let lastByte = now()
  /** Bytes are not read while those before them are delivered. */
  let isDelivering = false
  let disarm = () => {}
  let watching = linked(signal)

  /** One connect limit at a time; it aborts the whole attempt. */
  function limit(what: string) {
    const timer = new AbortController()
    disarm = () => timer.abort()
    after(connectTimeout, timer.signal, () =>
      controller.abort(
        new ConnectionError(
          'timeout',
          `No ${what} within ${connectTimeout} ms. Is something buffering the response? See the option connectTimeout.`,
        ),
      ),
    )
  }

  async function open() {
    limit('response headers')
    try {
      const request = await requester.build(protocol.request(cursor), signal)
      listener.requested(request)
      const { fetch, maxEventSize } = options
      const onError = listener.skipped
      return await openEventStream(request, {
        signal,
        fetch,
        maxEventSize,
        onError,
        lastEventId: cursor,
      })
    } finally {
      disarm()
    }
  }

  async function run() {
    try {
      // All that happens in one task is one request, or none.
      await Promise.resolve()
      const stream = await requester.authorized(signal, open)
      lastByte = now()
      if (protocol.read) limit('hello')
      listener.opened()
      for await (const batch of stream.batches()) {
        lastByte = now()
        isDelivering = true
        await listener.received(batch)
        isDelivering = false
        lastByte = now()
      }
    } finally {
      disarm()
      controller.abort()
    }
  }

  function watch() {
    if (!window) return
    const { signal } = watching
    const due = quietSince() + window
    after(Math.max(0, due - now()), signal, () => {
      if (!window || !isSilent()) return watch()
      judge(now() - due > LATE ? WAITING_BYTES.late : 0)
      after(window, signal, watch)
    })
  }

  function judge(grace: number) {
    const before = lastByte
    const verdict = () => {
      if (lastByte === before) listener.silent()
    }
    if (grace) after(grace, signal, verdict)
    else verdict()
  }

  function isSilent() {
    return !!window && now() - quietSince() >= window
  }

  /** Never in the future, since a clock may be set back. */
  function quietSince() {
    if (isDelivering || lastByte > now()) lastByte = now()
    return lastByte
  }

  return {
    done: run(),
    signal,
    abort: (reason) => controller.abort(reason),
    ready(heartbeat) {
      disarm()
      const asked = heartbeatTimeout ?? (heartbeat && heartbeat * HEARTBEATS)
      if (asked === window) return
      window = asked
      watching.abort()
      watching = linked(signal)
      watch()
    },
    isSilent,
    verify() {
      if (isSilent()) judge(WAITING_BYTES.back)
    },
  }
}
