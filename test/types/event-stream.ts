/** The parser and one fetch, as a program uses them. */
import {
  type ConnectionError,
  createParser,
  type EventBatch,
  type EventStream,
  type Fetch,
  type MessageError,
  openEventStream,
  type Parser,
  type ResponseError,
  type StreamEvent,
} from 'tidewire'
import { type Equal, is } from './equal.js'

declare const request: Request

export async function streams() {
  const stream = await openEventStream('/events', {
    fetch: globalThis.fetch,
    lastEventId: '7',
    maxEventSize: 1000,
    headers: { authorization: 'Bearer x' },
    method: 'POST',
    body: '{}',
    signal: AbortSignal.timeout(1000),
    onError: (error) => {
      is<Equal<typeof error, MessageError>>()
      console.warn(error.code)
    },
  })
  is<Equal<typeof stream, EventStream>>()
  is<Equal<typeof stream.response, Response>>()
  for await (const batch of stream.batches()) {
    is<Equal<typeof batch, EventBatch>>()
    const { events, lastEventId, retry } = batch
    is<Equal<typeof events, readonly StreamEvent[]>>()
    is<Equal<typeof lastEventId, string>>()
    is<Equal<typeof retry, number | undefined>>()
  }
  for await (const event of await openEventStream(new URL('https://a.example/'))) {
    is<Equal<typeof event, StreamEvent>>()
    if (event.type === 'done') break
  }
  const left = (await openEventStream(request)).cancel()
  is<Equal<typeof left, Promise<void>>>()
  const fetches: Fetch[] = [globalThis.fetch, async (given) => new Response(given.url)]
  await openEventStream('/events', {
    fetch: fetches[0],
    onError: undefined,
    lastEventId: undefined,
  })
}

export function parsers() {
  const parser = createParser({
    onEvent: (event) => is<Equal<typeof event, StreamEvent>>(),
    onId: (id) => is<Equal<typeof id, string>>(),
    onRetry: (milliseconds) => is<Equal<typeof milliseconds, number>>(),
    onComment: (text) => is<Equal<typeof text, string>>(),
    onError: (error) => is<Equal<typeof error, MessageError>>(),
    lastEventId: '7',
    maxEventSize: 1000,
  })
  is<Equal<typeof parser, Parser>>()
  parser.feed(new Uint8Array())
  parser.end()
  parser.reset()
  createParser({ onEvent() {}, onId: undefined, onError: undefined, maxEventSize: undefined })
}

export function refused(thrown: ConnectionError | ResponseError) {
  if (thrown.name === 'ResponseError') {
    is<Equal<typeof thrown, ResponseError>>()
    is<Equal<typeof thrown.status, number>>()
    return thrown.headers.get('retry-after')
  }
  is<Equal<typeof thrown, ConnectionError>>()
  return thrown.code === 'timeout'
}

export async function negatives() {
  // @ts-expect-error events have to go somewhere
  createParser({})
  // @ts-expect-error no such callback
  createParser({ onEvent() {}, onMessage() {} })
  // @ts-expect-error bytes, not text
  createParser({ onEvent() {} }).feed('data: x\n\n')
  // @ts-expect-error an event is what it is
  createParser({ onEvent: (event) => (event.data = '') })
  // @ts-expect-error it never retries
  await openEventStream('/events', { reconnectDelay: 1 })
  // @ts-expect-error an id is text
  await openEventStream('/events', { lastEventId: 7 })
  // @ts-expect-error called with a Request
  await openEventStream('/events', { fetch: async (url: string) => new Response(url) })
  // @ts-expect-error a stream is waited for
  for await (const event of openEventStream('/events')) console.log(event)
}
