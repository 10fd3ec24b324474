import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError } from '../../src/errors.js'
import type { EventBatch } from '../../src/event-stream/event.js'
import { type EventStream, openEventStream } from '../../src/event-stream/stream.js'
import { answering, collect, collectData } from '../support/answers.js'
import { bytesOf } from '../support/chunks.js'
import { settle } from '../support/fake-time.js'
import { collectGarbage } from '../support/garbage.js'
import { createScriptedFetch, EVENT_STREAM_HEADERS } from '../support/scripted-fetch.js'

const URL = 'http://localhost/events'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('batches', () => {
  it('are one value a read, with or without events', async () => {
    const fetch = answering(
      'data: a\n\nid: 1\ndata: b\n\n',
      ': only a comment\n',
      'retry: 5\nretry: 7\n',
      'id: 2\n\n',
      'data: c',
      '\nid: 3\n\nid: 4',
    )
    const stream = await openEventStream(URL, { fetch, lastEventId: '0' })
    const event = (text: string, lastEventId: string) => ({
      type: 'message',
      data: text,
      lastEventId,
    })
    expect(await collect<EventBatch>(stream.batches())).toEqual([
      { events: [event('a', '0'), event('b', '1')], lastEventId: '1' },
      { events: [], lastEventId: '1' },
      { events: [], lastEventId: '1', retry: 7 },
      { events: [], lastEventId: '2' },
      { events: [], lastEventId: '2' },
      { events: [event('c', '3')], lastEventId: '3' },
    ])
  })

  it('are read only when asked for', async () => {
    const pull = vi.fn((controller: ReadableStreamDefaultController) =>
      controller.enqueue(bytesOf(':\n')),
    )
    const body = new ReadableStream({ pull }, { highWaterMark: 0 })
    const fetch = async () => new Response(body, { headers: EVENT_STREAM_HEADERS })
    const stream = await openEventStream(URL, { fetch })
    const batches = stream.batches()[Symbol.asyncIterator]()
    await batches.next()
    await settle()
    expect(pull).toHaveBeenCalledTimes(1)
    await stream.cancel()
  })

  it('report what is too large, and go on', async () => {
    const found: unknown[] = []
    const fetch = answering('data: 123456\nid: 1\n\ndata: a\n\n')
    const stream = await openEventStream(URL, {
      fetch,
      maxEventSize: 5,
      onError: (error) => found.push([error.code, error.type]),
    })
    expect(await collect(stream)).toEqual([{ type: 'message', data: 'a', lastEventId: '1' }])
    expect(found).toEqual([['too-large', 'message']])
  })

  it('go on when onError throws, which the page hears of', async () => {
    const reportError = vi.fn()
    vi.stubGlobal('reportError', reportError)
    const fetch = answering('data: 123456\n\ndata: a\n\n')
    const onError = () => {
      throw new Error('mine')
    }
    const stream = await openEventStream(URL, { fetch, maxEventSize: 5, onError })
    expect(await collectData(stream)).toEqual(['a'])
    expect(reportError.mock.calls).toEqual([[new Error('mine')]])
  })
})

describe('iteration', () => {
  it('gives event after event, whatever read brought it', async () => {
    const fetch = answering('data: a\n\ndata: b\n\nda', 'ta: c\n\n', 'data: never')
    expect(await collectData(await openEventStream(URL, { fetch }))).toEqual(['a', 'b', 'c'])
  })

  it('is possible once', async () => {
    const ways: ((stream: EventStream) => AsyncIterable<unknown>)[] = [
      (stream) => stream,
      (stream) => stream.batches(),
    ]
    for (const first of ways)
      for (const second of ways) {
        const stream = await openEventStream(URL, { fetch: answering('data: a\n\n') })
        await collect(first(stream))
        const again = (async () => collect(second(stream)))()
        await expect(again).rejects.toThrow(TypeError)
        await expect(again).rejects.toThrow('An event stream is read once: open another.')
      }
  })

  it('needs no async iteration of the platform', async () => {
    const { prototype } = ReadableStream
    const own = Object.getOwnPropertyDescriptor(prototype, Symbol.asyncIterator)!
    Reflect.deleteProperty(prototype, Symbol.asyncIterator)
    try {
      const stream = await openEventStream(URL, { fetch: answering('data: a\n\n') })
      expect(await collectData(stream)).toEqual(['a'])
    } finally {
      Object.defineProperty(prototype, Symbol.asyncIterator, own)
    }
  })

  it('of a response without a body ends at once', async () => {
    const fetch = async () => new Response(null, { headers: EVENT_STREAM_HEADERS })
    const stream = await openEventStream(URL, { fetch })
    expect(await collect(stream)).toEqual([])
  })

  it('throws ConnectionError where the body breaks, behind the events before', async () => {
    const { fetch, next } = createScriptedFetch()
    const opening = openEventStream(URL, { fetch })
    const exchange = (await next()).open().send('data: a\n\ndata: b')
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of await opening) seen.push(event.data)
    })()
    await settle()
    exchange.cut()
    const error = await reading.catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ code: 'network', cause: new TypeError('fetch failed') })
    expect(error.message).toBe(`The stream broke: ${URL}: fetch failed`)
    expect(seen).toEqual(['a'])
  })

  it('a body that is no bytes throws in the loop', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue('data: a\n\n') })
    const fetch = async () => new Response(body, { headers: EVENT_STREAM_HEADERS })
    const reading = collect(await openEventStream(URL, { fetch }))
    await expect(reading).rejects.toThrow('feed needs a Uint8Array, not string')
  })
})

it('keeps its Request as long as it is read, and no longer', async () => {
  const sent: WeakRef<Request>[] = []
  const isKept = () => sent[0]?.deref() !== undefined
  async function read() {
    const answer = answering('data: a\n\n')
    const stream = await openEventStream(URL, {
      fetch: (request) => {
        sent.push(new WeakRef(request))
        return answer(new Request(URL))
      },
    })
    for await (const _event of stream) {
      await collectGarbage()
      expect(isKept()).toBe(true)
      break
    }
  }
  await read()
  await collectGarbage()
  expect(isKept()).toBe(false)
})
