/** Plain event streams: from a generator, from a task that makes progress, from a function that sends. Nothing of them runs before the body is read. */
import { formatSSE, type SSEEvent } from '../event-stream/encoder.js'
import {
  type ProgressEvents,
  type ProgressOptions,
  type ProgressTask,
  runProgress,
} from './progress.js'

/** Events one after the other, pulled. */
export type SSEEvents = AsyncIterable<SSEEvent> | Iterable<SSEEvent>

/** Sends an event; a string is one with nothing but data. */
export type SSESend = (event: SSEEvent | string) => void

const encoder = new TextEncoder()
const encode = (event: SSEEvent) => encoder.encode(formatSSE(event))

/**
 * Bytes of the events a generator yields, or of those in an iterable. The next one is asked for when the reader wants it. When the reader leaves,
 * `signal` aborts and the generator is returned. What it throws ends the stream as an error.
 */
export function createSSEStream(
  events: SSEEvents | ((signal: AbortSignal) => SSEEvents),
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ender = new AbortController()
  const { signal } = ender
  let iterator: AsyncIterator<SSEEvent> | Iterator<SSEEvent> | undefined

  async function giveBack(reason: unknown) {
    ender.abort(reason)
    try {
      await iterator?.return?.()
    } catch (error) {
      complain(error, signal)
    }
  }

  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      async pull(controller) {
        try {
          iterator ??= iterate(typeof events === 'function' ? events(signal) : events)
          const { done, value } = await iterator.next()
          if (signal.aborted) return
          if (done) controller.close()
          else controller.enqueue(encode(value))
        } catch (error) {
          if (signal.aborted) return complain(error, signal)
          // Not awaited: a generator may take as long as it likes to end.
          void giveBack(error)
          throw error
        }
      },
      cancel(reason) {
        void giveBack(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

function iterate(events: SSEEvents) {
  return Symbol.asyncIterator in events ? events[Symbol.asyncIterator]() : events[Symbol.iterator]()
}

/** Unread bytes beyond which only the newest progress is kept. */
const AHEAD = 64 * 1024

/**
 * `progress` at each `update`, `complete` at the end, `error` when `task` throws, which is also written to the console. A reader that falls far
 * behind misses steps in between, never the last one.
 */
export function createProgressStream(
  task: ProgressTask,
  options: ProgressOptions = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  return createPushed(({ signal, send, close, unread }) => {
    let held: ProgressEvents['progress'] | undefined
    const flush = () => {
      if (held) send({ type: 'progress', data: held })
      held = undefined
    }
    const tell = <T extends keyof ProgressEvents>(type: T, data: ProgressEvents[T]) => {
      if (type === 'progress' && unread() > AHEAD) held = data as ProgressEvents['progress']
      else {
        flush()
        send({ type, data })
      }
    }
    void runProgress(task, options, signal, tell, (error) => complain(error, signal)).then(close)
    return flush
  })
}

/** Unread bytes at which a reader is given up, as the hub does with its own. */
const BACKLOG = 1024 * 1024

/**
 * A streaming `Response` with the right headers; those in `init` win. From a stream, or from a function that sends: what it returns, also as a promise,
 * runs once when the stream is over, and `signal` aborts then, whoever ended it. `send` throws `TypeError` for an event that cannot be sent, and
 * does nothing once the stream is over; who leaves more than 1 MiB unread is cut. What the function throws ends the stream as an error.
 */
export function createSSEResponse(stream: ReadableStream<Uint8Array>, init?: ResponseInit): Response
export function createSSEResponse(
  run: (send: SSESend, close: () => void, signal: AbortSignal) => unknown,
  init?: ResponseInit,
): Response
export function createSSEResponse(
  source:
    | ReadableStream<Uint8Array>
    | ((send: SSESend, close: () => void, signal: AbortSignal) => unknown),
  init: ResponseInit = {},
): Response {
  const headers = new Headers(init.headers)
  for (const [name, value] of Object.entries(STREAM_HEADERS))
    if (!headers.has(name)) headers.set(name, value)
  const body = typeof source === 'function' ? createSent(source) : source
  return new Response(body, { ...init, headers })
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

function createSent(run: (send: SSESend, close: () => void, signal: AbortSignal) => unknown) {
  return createPushed(({ signal, send, close, unread, fail, cut }) => {
    const sendChecked: SSESend = (event) => {
      if (signal.aborted) return
      if (unread() > BACKLOG)
        cut(
          new RangeError(
            `More than ${BACKLOG} bytes were sent and not read. Where there is so much, give createSSEStream a generator, which waits for its reader.`,
          ),
        )
      else send(typeof event === 'string' ? { data: event } : event)
    }
    const arrange = (cleanup: unknown) => {
      if (typeof cleanup !== 'function') return
      const clean = async () => {
        try {
          await cleanup()
        } catch (error) {
          complain(error, signal)
        }
      }
      if (signal.aborted) void clean()
      else signal.addEventListener('abort', clean, { once: true })
    }
    const failed = (error: unknown) => {
      if (signal.aborted) complain(error, signal)
      else fail(error)
    }
    try {
      const returned = run(sendChecked, close, signal)
      if (typeof returned === 'function') arrange(returned)
      else Promise.resolve(returned).then(arrange).catch(failed)
    } catch (error) {
      failed(error)
    }
    return undefined
  })
}

interface Outlet {
  /** Aborts when the stream is over. */
  readonly signal: AbortSignal
  /** Bytes. */
  unread(): number
  send(event: SSEEvent): void
  /** What was sent is still read. */
  close(): void
  /** What was sent is still read; then the stream ends with this error. */
  fail(error: unknown): void
  /** Ends at once. */
  cut(error: unknown): void
}

/** A stream that is pushed to. `begin` runs at the first read; what it returns runs whenever the reader has read everything. */
function createPushed(
  begin: (outlet: Outlet) => (() => void) | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const ender = new AbortController()
  const { signal } = ender
  let drained: (() => void) | undefined
  let begun = false
  let failure: { readonly error: unknown } | undefined

  const outletOf = (
    controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>,
  ): Outlet => {
    const unread = () => -(controller.desiredSize ?? 0)
    const over = (end: () => void, reason?: unknown) => {
      if (signal.aborted) return
      end()
      ender.abort(reason)
    }
    const cut = (error: unknown) => over(() => controller.error(error), error)
    return {
      signal,
      unread,
      send(event) {
        if (!signal.aborted) controller.enqueue(encode(event))
      },
      close: () => over(() => controller.close()),
      fail(error) {
        if (unread() <= 0) cut(error)
        else
          over(() => {
            failure = { error }
          }, error)
      },
      cut,
    }
  }

  return new ReadableStream<Uint8Array<ArrayBuffer>>(
    {
      pull(controller) {
        if (failure) throw failure.error
        if (begun) return drained?.()
        begun = true
        drained = begin(outletOf(controller))
      },
      cancel(reason) {
        ender.abort(reason)
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: 0 }),
  )
}

/** Tells of an error that no reader can be told of. That a task ended because its reader left is none. */
function complain(error: unknown, signal: AbortSignal) {
  const isAbort = error instanceof Error && error.name === 'AbortError'
  if (signal.aborted && (isAbort || error === signal.reason)) return
  console.error(error)
}
