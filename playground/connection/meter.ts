/** What comes over the wire of the client's stream: counted as bytes, and read with the parser that is below the signals. */
import { createParser, type StreamEvent } from 'tidewire'
import { isEventStream, network } from './network.js'

export interface Meter {
  /** The option `fetch` of the client. */
  fetch(request: Request): Promise<Response>
  /** Bytes of event streams so far. */
  readonly bytes: number
  /** Messages so far. */
  readonly events: number
  /** Streams so far. */
  readonly streams: number
  /** The last event ID. */
  readonly cursor: string
  /** When the last byte came; `Date.now()`. */
  readonly lastByte: number | undefined
}

/** Blocks of the hub's own. */
const CONTROL = 'hub'

/** `counted` is called with the number of messages of each read. */
export function createMeter(counted: (events: number) => void): Meter {
  let bytes = 0
  let events = 0
  let streams = 0
  let cursor = ''
  let lastByte: number | undefined

  function read(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const parser = createParser({
      lastEventId: cursor,
      onId(id) {
        cursor = id
      },
      onEvent({ type }: StreamEvent) {
        if (type !== CONTROL) events += 1
      },
    })
    return body.pipeThrough(
      new TransformStream({
        transform(chunk: Uint8Array, controller) {
          const before = events
          bytes += chunk.length
          lastByte = Date.now()
          parser.feed(chunk)
          if (events > before) counted(events - before)
          controller.enqueue(chunk)
        },
      }),
    )
  }

  return {
    async fetch(request) {
      const response = await network.fetch(request)
      const { body, status, statusText, headers } = response
      if (!body || !isEventStream(response)) return response
      streams += 1
      return new Response(read(body), { status, statusText, headers })
    },
    get bytes() {
      return bytes
    },
    get events() {
      return events
    },
    get streams() {
      return streams
    },
    get cursor() {
      return cursor
    },
    get lastByte() {
      return lastByte
    },
  }
}
