/** An endpoint whose every answer is given by hand: headers, bytes, an error, an end, or nothing at all. */
import type { Fetch } from '../../../src/event-stream/stream.js'
import { networkError } from './redirect.js'
import { settle } from './turn.js'

/** One request and what became of it. A request that nobody answers hangs. */
export interface ScriptedExchange {
  readonly request: Request
  /** The Last-Event-ID header as a server reads it; `undefined` where there was none. */
  readonly lastEventId: string | undefined
  /** The client gave it up. */
  readonly isAborted: boolean
  /** Under way: neither finished by the server nor given up by the client. */
  readonly isLive: boolean
  /** The headers of an event stream were sent. */
  readonly isOpen: boolean
  /** The headers of an event stream. */
  open(headers?: HeadersInit): ScriptedExchange
  /** Another answer, complete. */
  respond(status: number, headers?: HeadersInit, body?: string): ScriptedExchange
  /** Bytes of the body, in one read. */
  send(chunk: string | Uint8Array): ScriptedExchange
  /** The end of the body. */
  end(): ScriptedExchange
  /** The connection breaks, before or after the headers. */
  cut(): ScriptedExchange
}

export interface ScriptedEndpoint {
  readonly fetch: Fetch
  readonly exchanges: readonly ScriptedExchange[]
  readonly live: readonly ScriptedExchange[]
  /** The oldest request that no `next` gave yet. Fails where none came without time passing. */
  next(): Promise<ScriptedExchange>
}

export interface ScriptedEndpointOptions {
  /** Never notices an aborted request, as some wrappers of `fetch` do not. */
  deaf?: boolean
  /** Called with each exchange as it begins. */
  onRequest?: (exchange: ScriptedExchange) => void
}

export const EVENT_STREAM_HEADERS = { 'content-type': 'text/event-stream' }

export function createScriptedEndpoint(options: ScriptedEndpointOptions = {}): ScriptedEndpoint {
  const exchanges: ScriptedExchange[] = []
  let taken = 0

  return {
    exchanges,
    get live() {
      return exchanges.filter(({ isLive }) => isLive)
    },
    fetch: (request) =>
      new Promise((resolve, reject) => {
        const exchange = createExchange(request, resolve, reject, options.deaf ?? false)
        exchanges.push(exchange)
        options.onRequest?.(exchange)
      }),
    async next() {
      await settle()
      const exchange = exchanges[taken]
      if (!exchange) throw new Error(`No request came after the ${taken} that were taken.`)
      taken++
      return exchange
    },
  }
}

function createExchange(
  request: Request,
  resolve: (response: Response) => void,
  reject: (reason: unknown) => void,
  deaf: boolean,
): ScriptedExchange {
  const { signal } = request
  const header = request.headers.get('last-event-id')
  let isFinished = false
  let isAborted = false
  let body: Body | undefined

  const giveUp = () => {
    if (isFinished || isAborted) return
    isAborted = true
    reject(signal.reason)
    body?.fail(signal.reason)
  }
  if (!deaf) {
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
  }

  /** The server's half: what it does after the client left goes nowhere. */
  const act = (action: () => void) => {
    if (isFinished) throw new Error(`The answer to ${request.url} is complete already.`)
    if (!isAborted) action()
    return exchange
  }

  const exchange: ScriptedExchange = {
    request,
    lastEventId: header === null ? undefined : asUTF8(header),
    get isAborted() {
      return isAborted
    },
    get isLive() {
      return !isFinished && !isAborted
    },
    get isOpen() {
      return body !== undefined
    },
    open: (headers = EVENT_STREAM_HEADERS) =>
      act(() => {
        body = createBody(() => {
          isAborted ||= !isFinished
        })
        resolve(new Response(body.stream, { headers }))
      }),
    respond: (status, headers = {}, text) =>
      act(() => {
        isFinished = true
        resolve(new Response(text ?? null, { status, headers }))
      }),
    send: (chunk) =>
      act(() => {
        if (!body) throw new Error('Open the stream before sending.')
        const bytes = typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
        body.afterwards((controller) => controller.enqueue(bytes))
      }),
    end: () =>
      act(() => {
        if (!body) throw new Error('Open the stream before ending it.')
        isFinished = true
        body.afterwards((controller) => controller.close())
      }),
    cut: () =>
      act(() => {
        isFinished = true
        const failure = networkError('the connection broke')
        if (body) body.afterwards((controller) => controller.error(failure))
        else reject(failure)
      }),
  }
  return exchange
}

type Controller = ReadableStreamDefaultController<Uint8Array>

interface Body {
  readonly stream: ReadableStream<Uint8Array>
  /** Once what came before was read, as on a wire: a break does not swallow the bytes that arrived before it. */
  afterwards(act: (controller: Controller) => void): void
  /** At once. */
  fail(reason: unknown): void
}

function createBody(cancelled: () => void): Body {
  const acts: ((controller: Controller) => void)[] = []
  let controller: Controller
  let more = () => {}

  const stream = new ReadableStream<Uint8Array>(
    {
      start(its) {
        controller = its
      },
      async pull() {
        while (acts.length === 0)
          await new Promise<void>((resolve) => {
            more = resolve
          })
        acts.shift()?.(controller)
      },
      cancel() {
        acts.length = 0
        cancelled()
      },
    },
    { highWaterMark: 0 },
  )
  return {
    stream,
    afterwards(act) {
      acts.push(act)
      more()
    },
    fail: (reason) => controller.error(reason),
  }
}

/** A header is bytes, of which the platform makes one character each. */
function asUTF8(header: string): string {
  return new TextDecoder().decode(Uint8Array.from(header, (byte) => byte.charCodeAt(0)))
}
