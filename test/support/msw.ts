/** Streams mocked with MSW, for the tests of a file. */
import { HttpResponse } from 'msw'
import { type SetupServer, setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { bytesOf } from './chunks.js'

/** A server whose handlers last as long as a test. A request without a handler fails. */
export function mockServer(): SetupServer {
  const server = setupServer()
  beforeAll(() => server.listen({ onUnhandledRequest: 'error' }))
  afterEach(() => server.resetHandlers())
  afterAll(() => server.close())
  return server
}

/** The server's half of a mocked stream. */
export interface MockedStream {
  /** Sends text or bytes, in one read. */
  send(chunk: string | Uint8Array): void
  end(): void
  /** Breaks the body. */
  break(reason?: unknown): void
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
}

/**
 * A response with an event stream that `run` writes. In Node, MSW does not tell the body of an abort after the headers; this does, as a
 * network would. Without `wired` the body stays as MSW leaves it: a read that waits hangs for ever.
 */
export function mockedStream(
  request: Request,
  run: (stream: MockedStream) => void,
  { wired = true, ...init }: ResponseInit & { wired?: boolean } = {},
): HttpResponse<ReadableStream<Uint8Array>> {
  const { signal } = request
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      if (wired)
        signal.addEventListener('abort', () => controller.error(signal.reason), { once: true })
      run({
        send: (chunk) => controller.enqueue(typeof chunk === 'string' ? bytesOf(chunk) : chunk),
        end: () => controller.close(),
        break: (reason = new Error('broken')) => controller.error(reason),
        signal,
      })
    },
  })
  const headers = new Headers(init.headers)
  if (!headers.has('content-type')) headers.set('content-type', 'text/event-stream')
  return new HttpResponse(body, { ...init, headers })
}
