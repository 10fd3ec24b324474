/** What the options make of a request. */
import { describe, expect, test, vi } from 'vitest'
import {
  createRequester,
  type PerAttempt,
  type RequestOptions,
  type RequestParts,
} from '../../src/connection/request.js'
import { ConnectionError } from '../../src/errors.js'
import { stubPage } from '../support/fake-page.js'
import { settle, withFakeTime } from '../support/fake-time.js'
import { openSource } from '../support/scripted-source.js'

withFakeTime()

const URL_OF_ALL = 'https://api.example/events'
const { signal } = new AbortController()

const build = (
  parts: RequestParts = {},
  options: RequestOptions = {},
  url: PerAttempt<string | URL> = URL_OF_ALL,
) => createRequester(url, options).build(parts, signal)

describe('the address', () => {
  test.each<[string, PerAttempt<string | URL>]>([
    ['a string', URL_OF_ALL],
    ['a URL', new URL(URL_OF_ALL)],
    ['a function', () => URL_OF_ALL],
    ['an async function', async () => new URL(URL_OF_ALL)],
  ])('may be %s', async (_, url) => {
    expect((await build({}, {}, url)).url).toBe(URL_OF_ALL)
  })

  test('is relative to the page', async () => {
    stubPage({ baseURI: 'https://page.example/app/index.html' })
    expect((await build({}, {}, 'events?a=1')).url).toBe('https://page.example/app/events?a=1')
  })

  test('without a page is relative to http://localhost', async () => {
    expect((await build({}, {}, '/_sse')).url).toBe('http://localhost/_sse')
  })
})

describe('the headers', () => {
  test.each<[string, PerAttempt<HeadersInit>]>([
    ['an object', { 'x-mine': '1' }],
    ['pairs', [['X-Mine', '1']]],
    ['Headers', new Headers({ 'x-mine': '1' })],
    ['a function', () => ({ 'x-mine': '1' })],
    ['an async function', async () => new Headers({ 'x-mine': '1' })],
  ])('may be %s', async (_, headers) => {
    expect((await build({}, { headers })).headers.get('x-mine')).toBe('1')
  })

  test('of the caller are not touched', async () => {
    const headers = new Headers()
    await build({ body: {} }, { headers })
    expect([...headers]).toEqual([])
  })
})

describe('the method', () => {
  test('is GET without a body, POST with one', async () => {
    expect((await build()).method).toBe('GET')
    expect((await build({ body: null })).method).toBe('GET')
    expect((await build({ body: '' })).method).toBe('POST')
  })

  test('is what was said', async () => {
    expect((await build({ method: 'PUT', body: 'x' })).method).toBe('PUT')
  })
})

describe('the body', () => {
  const bytes = new TextEncoder().encode('{"a":1}')

  test.each<[string, object]>([
    ['an object', { a: 1 }],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 })],
    ['an object that says how it is written', { toJSON: () => ({ a: 1 }) }],
  ])('goes as JSON if it is %s', async (_, body) => {
    const request = await build({ body })
    expect(request.headers.get('content-type')).toBe('application/json')
    expect(await request.text()).toBe('{"a":1}')
  })

  test('goes as JSON if it is an array', async () => {
    expect(await (await build({ body: [1, 'b'] })).text()).toBe('[1,"b"]')
  })

  test('keeps the content type that the caller gave', async () => {
    const headers = { 'content-type': 'application/vnd.mine+json' }
    expect((await build({ body: {} }, { headers })).headers.get('content-type')).toBe(
      'application/vnd.mine+json',
    )
  })

  test.each<[string, BodyInit, string | null]>([
    ['text', '{"a":1}', 'text/plain;charset=UTF-8'],
    ['bytes', bytes, null],
    ['a buffer', bytes.buffer, null],
    ['a view', new DataView(bytes.buffer), null],
    ['a blob', new Blob(['{"a":1}'], { type: 'text/x' }), 'text/x'],
    ['a stream', new Blob(['{"a":1}']).stream(), null],
  ])('goes as it is if it is %s', async (_, body, type) => {
    const request = await build({ body })
    expect(request.headers.get('content-type')).toBe(type)
    expect(await request.text()).toBe('{"a":1}')
  })

  test('goes as a form if it is one', async () => {
    const encoded = await build({ body: new URLSearchParams({ a: '1' }) })
    expect(encoded.headers.get('content-type')).toContain('application/x-www-form-urlencoded')
    const form = new FormData()
    form.set('a', '1')
    const multipart = await build({ body: form })
    expect(multipart.headers.get('content-type')).toContain('multipart/form-data')
    expect((await multipart.formData()).get('a')).toBe('1')
  })

  test('may be what a function returns or promises', async () => {
    expect(await (await build({ body: () => ({ a: 1 }) })).json()).toEqual({ a: 1 })
    expect(await (await build({ body: async () => 'text' })).text()).toBe('text')
  })
})

describe('credentials', () => {
  test("are 'same-origin' unless said otherwise", async () => {
    expect((await build()).credentials).toBe('same-origin')
    expect((await build({}, { credentials: 'include' })).credentials).toBe('include')
  })
})

describe('what makes no request', () => {
  const cyclic: { self?: object } = {}
  cyclic.self = cyclic
  const slips: [what: string, parts: RequestParts, options: RequestOptions, url?: string][] = [
    ['no address', {}, {}, 'https://'],
    ['an address with a password', {}, {}, 'https://user:secret@api.example/'],
    ['a header name with a blank', {}, { headers: { 'not a name': '1' } }],
    ['a header with a line break', {}, { headers: { a: 'b\nc' } }],
    ['a method that is none', { method: 'NO GOOD' }, {}],
    ['a GET with a body', { method: 'GET', body: 'x' }, {}],
    ['a body that JSON cannot write', { body: cyclic }, {}],
  ]
  test.each(slips)('(%s) is an error that no retry helps', async (_, parts, options, url) => {
    const error: unknown = await build(parts, options, url).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ code: 'request', retryable: false })
    const { message, cause } = error as Error
    expect(message).toContain(`No request can be made for ${url ?? URL_OF_ALL}: `)
    expect(message).toContain('Check the options url, method, headers and body.')
    expect(cause).toBeInstanceOf(TypeError)
  })

  test('(a body that was read before) too: give a function that makes a new one', async () => {
    const body = new Blob(['x']).stream()
    await (await build({ body })).text()
    await expect(build({ body })).rejects.toMatchObject({ code: 'request' })
  })
})

describe('a function among the options', () => {
  const bug = new Error('no token')

  test.each<[string, () => never | Promise<never>]>([
    [
      'throws',
      () => {
        throw bug
      },
    ],
    ['rejects', () => Promise.reject(bug)],
  ])('that %s is named in the error', async (_, fail) => {
    await expect(build({}, {}, fail)).rejects.toMatchObject({
      code: 'network',
      message: 'The option "url" failed: no token',
      cause: bug,
    })
    await expect(build({}, { headers: fail })).rejects.toThrow('The option "headers" failed')
    await expect(build({ body: fail })).rejects.toThrow('The option "body" failed')
  })

  test('is not asked once the signal has aborted', async () => {
    const headers = vi.fn(() => ({}))
    const reason = new Error('enough')
    const requester = createRequester(URL_OF_ALL, { headers })
    await expect(requester.build({}, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(headers).not.toHaveBeenCalled()
  })

  test('that hangs is left when the signal aborts', async () => {
    const controller = new AbortController()
    const requester = createRequester(() => new Promise(() => {}), {})
    const building = requester.build({}, controller.signal)
    const reason = new Error('enough')
    controller.abort(reason)
    await expect(building).rejects.toBe(reason)
  })
})

test('a url that cannot even be shown is an error of the request, and not tried again', async () => {
  const { state } = openSource({ url: () => Object.create(null) })
  await settle()
  expect(state()).toMatchObject({ status: 'closed', error: { code: 'request' } })
})
