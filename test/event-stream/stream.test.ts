import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError, ResponseError } from '../../src/errors.js'
import type { EventBatch, StreamEvent } from '../../src/event-stream/event.js'
import {
  type EventStream,
  type EventStreamInit,
  openEventStream,
} from '../../src/event-stream/stream.js'
import { settle } from '../support/fake-time.js'
import { bytesOf } from '../support/fixtures.js'
import { collectGarbage } from '../support/garbage.js'
import { createScriptedFetch, EVENT_STREAM_HEADERS } from '../support/scripted-fetch.js'

const URL = 'http://localhost/events'

afterEach(() => {
  vi.unstubAllGlobals()
})

/** A `fetch` that answers each request with these chunks. */
function answering(...chunks: (string | Uint8Array)[]) {
  return vi.fn(async (_request: Request) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks)
          controller.enqueue(typeof chunk === 'string' ? bytesOf(chunk) : chunk)
        controller.close()
      },
    })
    return new Response(body, { headers: EVENT_STREAM_HEADERS })
  })
}

/** A body that stays open and notices neither abort nor cancel; what is told to it is counted. */
function hangingBody(...chunks: string[]) {
  const cancel = vi.fn(() => new Promise<void>(() => {}))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytesOf(chunk))
    },
    cancel,
  })
  return { cancel, response: new Response(body, { headers: EVENT_STREAM_HEADERS }) }
}

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

const data = (events: readonly StreamEvent[]) => events.map((event) => event.data)

describe('the request', () => {
  async function requestOf(input: string | globalThis.URL | Request, init?: EventStreamInit) {
    const fetch = answering()
    await openEventStream(input, { ...init, fetch })
    expect(fetch.mock.calls).toEqual([[expect.any(Request)]])
    return fetch.mock.calls[0]![0]
  }

  it('is one Request that asks for an event stream and for no cache', async () => {
    const request = await requestOf(URL)
    expect(request).toMatchObject({ url: URL, method: 'GET', cache: 'no-store' })
    expect([...request.headers]).toEqual([['accept', 'text/event-stream']])
  })

  it('is as the caller says', async () => {
    const request = await requestOf(new globalThis.URL(URL), {
      method: 'POST',
      body: 'question',
      headers: { Accept: 'application/json', 'X-Mine': '1' },
      cache: 'reload',
      credentials: 'include',
    })
    expect(request).toMatchObject({ method: 'POST', cache: 'reload', credentials: 'include' })
    expect(request.headers.get('accept')).toBe('application/json')
    expect(request.headers.get('x-mine')).toBe('1')
    expect(await request.text()).toBe('question')
  })

  it('takes over a Request', async () => {
    const given = new Request(URL, { method: 'PUT', body: 'question', headers: { 'x-mine': '1' } })
    const request = await requestOf(given, { lastEventId: '7' })
    expect(request).toMatchObject({ url: URL, method: 'PUT', cache: 'no-store' })
    expect([...request.headers]).toEqual([
      ['accept', 'text/event-stream'],
      ['content-type', 'text/plain;charset=UTF-8'],
      ['last-event-id', '7'],
      ['x-mine', '1'],
    ])
    expect(await request.text()).toBe('question')
  })

  it.each([
    ['7', '7'],
    ['é漢😀', 'é漢😀'],
    ['', null],
    [undefined, null],
    ['a\nb', null],
    ['a\0b', null],
  ])('carries the last event ID %j as %j', async (lastEventId, header) => {
    const { headers } = await requestOf(URL, { lastEventId })
    const bytes = headers.get('last-event-id')
    expect(bytes && Buffer.from(bytes, 'latin1').toString('utf8')).toBe(header)
  })

  it("leaves the caller's own Last-Event-ID alone", async () => {
    const headers = { 'last-event-id': 'mine' }
    expect((await requestOf(URL, { headers })).headers.get('last-event-id')).toBe('mine')
  })

  it('is sent with the fetch of the moment', async () => {
    const fetch = answering('data: a\n\n')
    vi.stubGlobal('fetch', fetch)
    await openEventStream(URL)
    const later = answering()
    vi.stubGlobal('fetch', later)
    await openEventStream(URL)
    expect([fetch, later].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  })
})

describe('the answer', () => {
  it('is given as it came', async () => {
    const response = new Response('', { headers: { ...EVENT_STREAM_HEADERS, 'x-mine': '1' } })
    const stream = await openEventStream(URL, { fetch: async () => response })
    expect(stream.response).toBe(response)
  })

  it('with a status other than 200 is refused, and its body cancelled', async () => {
    for (const [status, code, retryable] of [
      [201, 'status', false],
      [204, 'status', false],
      [206, 'status', false],
      [304, 'status', false],
      [400, 'status', false],
      [401, 'unauthorized', false],
      [403, 'status', false],
      [404, 'status', false],
      [408, 'status', true],
      [425, 'status', true],
      [429, 'status', true],
      [500, 'status', true],
      [503, 'status', true],
    ] as const) {
      const cancel = vi.fn()
      const body = [204, 304].includes(status) ? null : new ReadableStream({ cancel })
      const headers = { ...EVENT_STREAM_HEADERS, 'retry-after': '4' }
      const fetch = async () => new Response(body, { status, headers })
      const error = await openEventStream(URL, { fetch }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ResponseError)
      expect(error).toMatchObject({ code, status, retryable })
      expect(error.headers.get('retry-after')).toBe('4')
      expect(error.message).toBe(
        `${URL} answered ${status} "text/event-stream", not 200 "text/event-stream".`,
      )
      await settle()
      expect(cancel).toHaveBeenCalledTimes(body ? 1 : 0)
    }
  })

  it('of another type is refused, and its body cancelled', async () => {
    for (const type of ['text/html', 'text/event-streamfoo', 'text/event-stream, text/html', '']) {
      const cancel = vi.fn()
      const headers: HeadersInit = type ? { 'content-type': type } : {}
      const fetch = async () => new Response(new ReadableStream({ cancel }), { headers })
      const error = await openEventStream(URL, { fetch }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ResponseError)
      expect(error).toMatchObject({ code: 'content-type', status: 200, retryable: false })
      expect(error.message).toContain(`answered 200 "${type}"`)
      await settle()
      expect(cancel).toHaveBeenCalledTimes(1)
    }
  })

  it('may have its type in any spelling', async () => {
    for (const type of ['Text/Event-Stream;charset=latin1', 'text/html, text/event-stream']) {
      const fetch = async () => new Response('data: é\n\n', { headers: { 'content-type': type } })
      expect(data(await collect(await openEventStream(URL, { fetch })))).toEqual(['é'])
    }
  })

  it('that does not come is a ConnectionError with its cause', async () => {
    const cause = new TypeError('fetch failed')
    for (const fetch of [
      () => Promise.reject(cause),
      () => {
        throw cause
      },
    ]) {
      const error = await openEventStream(URL, { fetch }).catch((thrown) => thrown)
      expect(error).toBeInstanceOf(ConnectionError)
      expect(error).toMatchObject({ code: 'network', retryable: true, cause })
      expect(error.message).toBe(`No response from ${URL}: fetch failed`)
    }
  })

  it('that is refused leaves no listener on the signal', async () => {
    const controller = new AbortController()
    const { signal } = controller
    for (const fetch of [
      () => Promise.reject(new Error('no')),
      async () => new Response('', { status: 500 }),
      async () => new Response('', { headers: { 'content-type': 'text/html' } }),
    ]) {
      await expect(openEventStream(URL, { fetch, signal })).rejects.toThrow()
      expect(listeners(controller)).toBe(0)
    }
  })
})

describe('bad input', () => {
  it('rejects, and sends nothing', async () => {
    const fetch = answering()
    const controller = new AbortController()
    const { signal } = controller
    for (const [input, init, kind, message] of [
      ['http://', {}, TypeError, '"http://" is no URL, nor a path from http://localhost.'],
      [URL, { maxEventSize: 0 }, RangeError, 'maxEventSize is 0'],
      [URL, { method: 'GET', body: 'x' }, TypeError, 'GET'],
      [URL, { headers: { 'bad name': '1' } }, TypeError, 'bad name'],
    ] as const) {
      const opening = openEventStream(input, { ...init, fetch, signal })
      await expect(opening).rejects.toThrow(kind)
      await expect(opening).rejects.toThrow(message)
    }
    expect(fetch).not.toHaveBeenCalled()
    expect(listeners(controller)).toBe(0)
  })

  it('a body that is no bytes throws in the loop', async () => {
    const body = new ReadableStream({ start: (controller) => controller.enqueue('data: a\n\n') })
    const fetch = async () => new Response(body, { headers: EVENT_STREAM_HEADERS })
    const reading = collect(await openEventStream(URL, { fetch }))
    await expect(reading).rejects.toThrow('feed needs a Uint8Array, not string')
  })
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
    expect(data(await collect(stream))).toEqual(['a'])
    expect(reportError.mock.calls).toEqual([[new Error('mine')]])
  })
})

describe('iteration', () => {
  it('gives event after event, whatever read brought it', async () => {
    const fetch = answering('data: a\n\ndata: b\n\nda', 'ta: c\n\n', 'data: never')
    expect(data(await collect(await openEventStream(URL, { fetch })))).toEqual(['a', 'b', 'c'])
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
      expect(data(await collect(stream))).toEqual(['a'])
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
})

describe('every exit releases the response and the signal', () => {
  const exits: [string, (stream: EventStream) => unknown][] = [
    ['the end of the loop', (stream) => collect(stream)],
    [
      'break',
      async (stream) => {
        for await (const _event of stream) break
      },
    ],
    [
      'break between batches',
      async (stream) => {
        for await (const _batch of stream.batches()) break
      },
    ],
    [
      'an error in the loop',
      async (stream) => {
        await expect(async () => {
          for await (const _event of stream) throw new Error('mine')
        }).rejects.toThrow('mine')
      },
    ],
    ['cancel before the loop', (stream) => stream.cancel()],
    [
      'cancel in the loop',
      async (stream) => {
        for await (const _event of stream) await stream.cancel('enough')
      },
    ],
  ]

  it.each(exits)('%s', async (name, leave) => {
    const cancel = vi.fn()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytesOf('data: a\n\ndata: b\n\n'))
        if (name === 'the end of the loop') controller.close()
      },
      cancel,
    })
    const controller = new AbortController()
    let request: Request | undefined
    const stream = await openEventStream(URL, {
      signal: controller.signal,
      fetch: async (sent) => {
        request = sent
        return new Response(body, { headers: EVENT_STREAM_HEADERS })
      },
    })
    await leave(stream)
    await settle()
    expect(cancel).toHaveBeenCalledTimes(name === 'the end of the loop' ? 0 : 1)
    expect(request?.signal.aborted).toBe(true)
    expect(listeners(controller)).toBe(0)
    expect(controller.signal.aborted).toBe(false)
  })

  it('a broken body', async () => {
    const controller = new AbortController()
    const { fetch, next } = createScriptedFetch()
    const opening = openEventStream(URL, { fetch, signal: controller.signal })
    const exchange = (await next()).open()
    const reading = collect(await opening)
    exchange.cut()
    await expect(reading).rejects.toThrow(ConnectionError)
    expect(listeners(controller)).toBe(0)
  })
})

describe('cancel', () => {
  it('ends a read that hangs, and never waits for the platform', async () => {
    const { cancel, response } = hangingBody('data: a\n\n')
    const stream = await openEventStream(URL, { fetch: async () => response })
    const reading = collect(stream)
    await settle()
    await stream.cancel('enough')
    expect(data(await reading)).toEqual(['a'])
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('keeps back what has already been read', async () => {
    const { response } = hangingBody('data: a\n\ndata: b\n\n', 'data: c\n\n')
    const stream = await openEventStream(URL, { fetch: async () => response })
    const seen: string[] = []
    for await (const event of stream) {
      seen.push(event.data)
      await stream.cancel()
    }
    expect(seen).toEqual(['a'])
  })

  it('before the loop leaves nothing to read', async () => {
    const { response } = hangingBody('data: a\n\n')
    const stream = await openEventStream(URL, { fetch: async () => response })
    await stream.cancel()
    await stream.cancel()
    expect(await collect(stream.batches())).toEqual([])
  })

  it('after the end does nothing', async () => {
    const stream = await openEventStream(URL, { fetch: answering('data: a\n\n') })
    expect(await collect(stream)).toHaveLength(1)
    await stream.cancel()
  })

  it('stays an end when the caller aborts as well', async () => {
    const { response } = hangingBody()
    const controller = new AbortController()
    const { signal } = controller
    const stream = await openEventStream(URL, { fetch: async () => response, signal })
    const reading = collect(stream)
    await stream.cancel()
    controller.abort(new Error('mine'))
    expect(await reading).toEqual([])
  })
})

describe("the caller's abort", () => {
  const reason = new Error('the caller left')

  it('before the start sends nothing', async () => {
    const fetch = answering()
    const opening = openEventStream(URL, { fetch, signal: AbortSignal.abort(reason) })
    await expect(opening).rejects.toBe(reason)
    expect(fetch).not.toHaveBeenCalled()
  })

  it.each([false, true])(
    'before the headers rejects with its reason (deaf fetch: %s)',
    async (deaf) => {
      const controller = new AbortController()
      const { fetch, next } = createScriptedFetch({ deaf })
      const opening = openEventStream(URL, { fetch, signal: controller.signal })
      const exchange = await next()
      controller.abort(reason)
      await expect(opening).rejects.toBe(reason)
      expect(listeners(controller)).toBe(0)
      // A response that comes all the same is given back.
      exchange.open()
      await settle()
      expect(exchange.isAborted).toBe(true)
    },
  )

  it.each([false, true])('of a signal inside a Request counts (deaf fetch: %s)', async (deaf) => {
    const controller = new AbortController()
    const { fetch, next } = createScriptedFetch({ deaf })
    const opening = openEventStream(new Request(URL, { signal: controller.signal }), { fetch })
    await next()
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
  })

  it('of a signal inside a Request is overruled by a signal of its own, or by null', async () => {
    const controller = new AbortController()
    for (const signal of [new AbortController().signal, null]) {
      const request = new Request(URL, { signal: controller.signal })
      const { fetch, next } = createScriptedFetch()
      const opening = openEventStream(request, { fetch, signal })
      const exchange = await next()
      controller.abort(reason)
      exchange.open().send('data: a\n\n').end()
      expect(data(await collect(await opening))).toEqual(['a'])
    }
  })

  it('ends a read that hangs with its reason', async () => {
    const { cancel, response } = hangingBody('data: a\n\n')
    const controller = new AbortController()
    const stream = await openEventStream(URL, {
      fetch: async () => response,
      signal: controller.signal,
    })
    const reading = collect(stream)
    await settle()
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await settle()
    expect(cancel).toHaveBeenCalledExactlyOnceWith(reason)
    expect(listeners(controller)).toBe(0)
  })

  it('keeps back what has already been read', async () => {
    const { response } = hangingBody('data: a\n\ndata: b\n\n')
    const controller = new AbortController()
    const stream = await openEventStream(URL, {
      fetch: async () => response,
      signal: controller.signal,
    })
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of stream) {
        seen.push(event.data)
        controller.abort(reason)
      }
    })()
    await expect(reading).rejects.toBe(reason)
    expect(seen).toEqual(['a'])
  })

  it('releases a response that nobody reads', async () => {
    const { cancel, response } = hangingBody('data: a\n\n')
    const controller = new AbortController()
    const stream = await openEventStream(URL, {
      fetch: async () => response,
      signal: controller.signal,
    })
    controller.abort(reason)
    await settle()
    expect(cancel).toHaveBeenCalledExactlyOnceWith(reason)
    await expect(collect(stream)).rejects.toBe(reason)
  })

  it('throws its reason even where cancel comes after it', async () => {
    const { response } = hangingBody()
    const controller = new AbortController()
    const stream = await openEventStream(URL, {
      fetch: async () => response,
      signal: controller.signal,
    })
    const reading = collect(stream)
    controller.abort(reason)
    await stream.cancel()
    await expect(reading).rejects.toBe(reason)
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
