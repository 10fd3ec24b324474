/** An endpoint of event streams that a test writes to. */
import { formatSSE, type SSEEvent } from 'tidewire/server'

export interface Endpoint {
  /** Every request that came. */
  readonly requests: readonly Request[]
  /** Streams that are open. */
  readonly open: number
  /** Answers with a stream. */
  respond(request: Request): Response
  send(event: SSEEvent): void
  /** The network is gone. */
  cut(): void
  /** The server is done. */
  end(): void
}

export function eventStream(): Endpoint {
  const requests: Request[] = []
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const each = (act: (stream: ReadableStreamDefaultController<Uint8Array>) => void) => {
    for (const stream of streams) act(stream)
  }
  const over = (act: (stream: ReadableStreamDefaultController<Uint8Array>) => void) => {
    each(act)
    streams.clear()
  }
  return {
    requests,
    get open() {
      return streams.size
    },
    respond(request) {
      requests.push(request)
      const body = new ReadableStream<Uint8Array>({
        start(stream) {
          streams.add(stream)
          request.signal.addEventListener('abort', () => streams.delete(stream))
        },
      })
      return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
    },
    send: (event) => each((stream) => stream.enqueue(new TextEncoder().encode(formatSSE(event)))),
    cut: () => over((stream) => stream.error(new TypeError('The network is gone.'))),
    end: () => over((stream) => stream.close()),
  }
}
