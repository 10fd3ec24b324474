/** A plain endpoint that remembers: it numbers its events, and sends who comes back what follows its last event ID. */
import { formatSSE, type SSEEvent } from '../../../src/event-stream/encoder.js'
import type { Fetch } from '../../../src/event-stream/stream.js'

export interface ReplayingEndpoint {
  readonly fetch: Fetch
  /** The `Last-Event-ID` of each request; `undefined` where there was none. */
  readonly asked: readonly (string | undefined)[]
  /** Streams that the endpoint believes to be open. */
  readonly open: number
  /** Sends to everybody. Gives the event's id: 1, 2, 3 and so on. */
  send(event: Omit<SSEEvent, 'id'>): number
  /** Ends every stream. */
  end(): void
}

const encoder = new TextEncoder()
const HEARTBEAT = encoder.encode(':\n\n')

export interface ReplayingEndpointOptions {
  /** Who comes without an id is sent everything. Default: what comes from then on. */
  earliest?: boolean | undefined
  /** A comment to everybody each so many ms. Default none. */
  heartbeat?: number | undefined
}

export function createReplayingEndpoint({
  earliest = false,
  heartbeat,
}: ReplayingEndpointOptions = {}): ReplayingEndpoint {
  const blocks: Uint8Array<ArrayBuffer>[] = []
  const asked: (string | undefined)[] = []
  const streams = new Set<ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>>()

  /** Beats while somebody is there. */
  let beating: ReturnType<typeof setInterval> | undefined
  function beat() {
    if (streams.size === 0) {
      clearInterval(beating)
      beating = undefined
    } else if (heartbeat !== undefined)
      beating ??= setInterval(() => {
        for (const stream of streams) stream.enqueue(HEARTBEAT)
      }, heartbeat)
  }

  function open(last: string | undefined): ReadableStream<Uint8Array<ArrayBuffer>> {
    let stream: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
    return new ReadableStream({
      start(controller) {
        stream = controller
        streams.add(stream)
        beat()
        const from = last === undefined ? (earliest ? 0 : blocks.length) : Number(last)
        const missed = join(blocks.slice(from))
        if (missed.length > 0) stream.enqueue(missed)
      },
      cancel() {
        streams.delete(stream)
        beat()
      },
    })
  }

  return {
    async fetch({ headers }) {
      const last = headers.get('last-event-id') ?? undefined
      asked.push(last)
      return new Response(open(last), { headers: { 'content-type': 'text/event-stream' } })
    },
    asked,
    get open() {
      return streams.size
    },
    send(event) {
      const id = blocks.length + 1
      const block = encoder.encode(formatSSE({ ...event, id: String(id) }))
      blocks.push(block)
      for (const stream of streams) stream.enqueue(block)
      return id
    },
    end() {
      for (const stream of streams) stream.close()
      streams.clear()
      beat()
    },
  }
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
