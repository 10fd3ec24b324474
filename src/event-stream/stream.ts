/** One fetch of an event stream: request, check, read, and release on every exit. Never retries. */
import { linked, race } from '../abort.js'
import { ConnectionError, describe, guard, type MessageError, ResponseError } from '../errors.js'
import type { EventBatch, StreamEvent } from './event.js'
import { essenceOf } from './mime-type.js'
import { createParser } from './parser.js'
import { resolveURL } from './url.js'

/** Always called with one `Request`, so `globalThis.fetch` and a hub's `fetch` both fit. */
export type Fetch = (request: Request) => Promise<Response>

/** Options of `openEventStream`: those of `fetch`, and a few more. */
export interface EventStreamInit extends RequestInit {
  /** Default `globalThis.fetch`, looked up at each call. */
  fetch?: Fetch | undefined
  /** Sent as `Last-Event-ID` in UTF-8; left out where the platform refuses it. */
  lastEventId?: string | undefined
  /** As in `ParserOptions`: characters, default 4 Mi. */
  maxEventSize?: number | undefined
  /** As in `ParserOptions`. What it throws is reported to the page and goes nowhere else. */
  onError?: ((error: MessageError) => void) | undefined
}

/**
 * One response, iterated once, by event or by batch; a second time throws `TypeError`. The loop ends where the body ends. It throws
 * `ConnectionError` where the body breaks, and the signal's reason where the caller aborts. Leaving the loop releases the response.
 */
export interface EventStream extends AsyncIterable<StreamEvent> {
  /** As it came; its body is being read. */
  readonly response: Response
  /** A value a read: one promise for many events. */
  batches(): AsyncIterable<EventBatch>
  /** Releases the response, without waiting for the platform. The loop ends at once and has no further value. */
  cancel(reason?: unknown): Promise<void>
}

const EVENT_STREAM = 'text/event-stream'

/**
 * Sends one request and resolves with the stream of its response. Relative addresses are relative to the page, without a page to
 * http://localhost. Asks for `text/event-stream` unless `headers` has an `accept`, and for no cache unless `cache` is given.
 *
 * Rejects with `ConnectionError` where no response comes, `ResponseError` where it is not status 200 of type text/event-stream, the signal's
 * reason where the caller aborts, `TypeError` for what makes no request, `RangeError` for a bad `maxEventSize`.
 */
export async function openEventStream(
  input: string | URL | Request,
  init: EventStreamInit = {},
): Promise<EventStream> {
  const { fetch = globalThis.fetch } = init
  const parse = createBatchParser(init)
  const given = input instanceof Request ? input : undefined
  // The one release: every exit aborts.
  const controller = linked(init.signal === undefined ? given?.signal : init.signal)
  const { signal } = controller
  try {
    signal.throwIfAborted()
    const request = createRequest(input, init, signal)
    /** Keeps `request`, too: where it is collected, some platforms lose the way from its signal to the response. */
    const settled = <T>(promise: Promise<T>, failure: string) =>
      race(promise, signal).catch((cause) => {
        signal.throwIfAborted()
        const message = `${failure} ${request.url}: ${describe(cause)}`
        throw new ConnectionError('network', message, { cause })
      })

    let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
    // Asked for in this very task, so that nothing is requested after an abort in the next.
    const answer = (async () => fetch(request))()
    signal.addEventListener('abort', () => {
      answer.then(({ body }) => (reader ?? body)?.cancel(signal.reason)).catch(() => {})
    })
    const response = await settled(answer, 'No response from')
    check(response, request.url)
    reader = response.body?.getReader()
    return createEventStream(response, controller, async () => {
      const bytes = reader && (await settled(reader.read(), 'The stream broke:')).value
      return bytes && parse(bytes)
    })
  } catch (thrown) {
    controller.abort(thrown)
    throw thrown
  }
}

function createRequest(
  input: string | URL | Request,
  init: EventStreamInit,
  signal: AbortSignal,
): Request {
  const given = input instanceof Request ? input : undefined
  const headers = new Headers(init.headers ?? given?.headers)
  if (!headers.has('accept')) headers.set('accept', EVENT_STREAM)
  if (init.lastEventId)
    try {
      const utf8 = new TextEncoder().encode(init.lastEventId)
      headers.set('last-event-id', String.fromCharCode(...utf8))
    } catch {}
  return new Request(given ?? resolveURL(input as string | URL), {
    ...init,
    // Never as a header, which would cost a preflight.
    cache: init.cache ?? 'no-store',
    headers,
    signal,
  })
}

/** Throws `ResponseError` unless the response is an event stream. */
function check(response: Response, url: string): void {
  const { status, headers } = response
  const type = headers.get('content-type') ?? ''
  const code = status === 401 ? 'unauthorized' : status === 200 ? 'content-type' : 'status'
  if (status !== 200 || essenceOf(type) !== EVENT_STREAM)
    throw new ResponseError(
      code,
      `${response.url || url} answered ${status} "${type}", not 200 "${EVENT_STREAM}".`,
      response,
    )
}

/** What each read brings, as one value. */
function createBatchParser({ lastEventId = '', maxEventSize, onError }: EventStreamInit) {
  let batch: { events: StreamEvent[]; lastEventId: string; retry?: number } = {
    events: [],
    lastEventId,
  }
  const parser = createParser({
    onEvent(event) {
      batch.events.push(event)
    },
    onId(id) {
      batch.lastEventId = id
    },
    onRetry(milliseconds) {
      batch.retry = milliseconds
    },
    onError: onError && ((error) => guard(() => onError(error))),
    lastEventId,
    maxEventSize,
  })
  return (bytes: Uint8Array): EventBatch => {
    batch = { events: [], lastEventId: batch.lastEventId }
    parser.feed(bytes)
    return batch
  }
}

/** `next` resolves with nothing at the end of the body; every exit aborts `controller`. */
function createEventStream(
  response: Response,
  controller: AbortController,
  next: () => Promise<EventBatch | undefined>,
): EventStream {
  const { signal } = controller
  let iterated = false
  let cancelled = false

  async function* readBatches() {
    try {
      for (let batch = await next(); batch; batch = await next()) yield batch
    } catch (error) {
      if (!cancelled) throw error
    } finally {
      controller.abort()
    }
  }

  const stream: EventStream = {
    response,
    batches() {
      if (iterated) throw new TypeError('An event stream is read once: open another.')
      iterated = true
      return readBatches()
    },
    async *[Symbol.asyncIterator]() {
      for await (const { events } of stream.batches())
        for (const event of events) {
          if (signal.aborted) break
          yield event
        }
    },
    async cancel(reason) {
      cancelled ||= !signal.aborted
      controller.abort(reason)
    },
  }
  return stream
}
