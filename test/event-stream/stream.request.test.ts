import { getEventListeners } from 'node:events'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { ConnectionError, ResponseError } from '../../src/errors.js'
import { type EventStreamInit, openEventStream } from '../../src/event-stream/stream.js'
import { answering, collectData } from '../support/answers.js'
import { settle } from '../support/fake-time.js'
import { EVENT_STREAM_HEADERS } from '../support/scripted-fetch.js'

const URL = 'http://localhost/events'

afterEach(() => {
  vi.unstubAllGlobals()
})

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

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

  it('is sent at once', () => {
    const fetch = answering()
    openEventStream(URL, { fetch }).catch(() => {})
    expect(fetch).toHaveBeenCalledTimes(1)
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
      expect(await collectData(await openEventStream(URL, { fetch }))).toEqual(['é'])
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
})
