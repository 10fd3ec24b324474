import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { get, open, openBody, openGet, post } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function build(options: Parameters<typeof createHub>[0] = {}) {
  const hub = createHub(options)
  hub.channel('news')
  hub.channel('users/:id', () => true)
  hub.channel('secret', () => false)
  hub.channel('cursors', { replay: false })
  return hub
}

const status = async (answer: Promise<Response>) => (await answer).status

describe('a stream', () => {
  test('is opened by POST', async () => {
    const stream = await open(build(), ['news'])
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(stream.response.headers.get('cache-control')).toContain('no-transform')
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no')
    expect((await stream.control('sub')).channels).toEqual({ news: 'ok' })
  })

  test('is opened by GET', async () => {
    const stream = await openGet(build(), 'channel=news&channel=users/1&cid=c~0123456789abcdef')
    expect(await stream.control('sub')).toMatchObject({
      rev: 0,
      channels: { news: 'ok', 'users/1': 'ok' },
    })
  })

  test('opened by GET resumes after Last-Event-ID', async () => {
    const hub = build()
    const { id } = await hub.to('news').send('a', 1)
    await hub.to('news').send('a', 2)
    const stream = await openGet(hub, 'channel=news', { 'last-event-id': id })
    expect(await stream.message()).toMatchObject({ c: 'news', e: 'a', d: 2 })
  })

  test('says hello at once, before any rule has answered', async () => {
    const hub = build({ heartbeat: 9000 })
    hub.channel('slow', () => new Promise(() => {}))
    const stream = await open(hub, ['slow'])
    const hello = await stream.control('hello')
    expect(hello).toMatchObject({ t: 'hello', v: 1, heartbeat: 9000 })
    expect(hello.conn).toMatch(/^[\w-]{22,}$/)
    await stream.settled()
    expect(stream.blocks).toHaveLength(1)
  })

  test('is not ended by a channel that is refused', async () => {
    const hub = build()
    const stream = await open(hub, ['secret', 'nowhere', 'news', 'cursors'])
    const said = await stream.control('sub')
    expect(said.channels).toEqual({
      nowhere: 'unknown',
      secret: 'denied',
      cursors: 'volatile',
      news: 'ok',
    })
    await hub.to('news').send('a')
    expect(await stream.message()).toMatchObject({ c: 'news' })
  })

  test('that replaces another ends it after its own hello', async () => {
    const hub = build()
    const old = await open(hub, ['news'])
    const { conn } = await old.control('hello')
    const stream = await open(hub, ['news'], { replaces: conn })
    expect(await old.ended).toBe('end')
    expect(stream.blocks[0]?.data).toContain('hello')
    expect(hub.connectionCount).toBe(1)
  })

  test('replaces nothing of another principal', async () => {
    const hub = build({ identify: (request) => request.headers.get('user') })
    const old = await open(hub, ['news'], {}, { user: 'ann' })
    const { conn } = await old.control('hello')
    await open(hub, ['news'], { replaces: conn }, { user: 'bob' })
    expect(hub.connectionCount).toBe(2)
  })
})

describe('a request to open is refused', () => {
  test.each([
    ['with 406 for a wrong Accept', get('channel=news', { accept: 'text/html' }), 406],
    ['with 406 where a stream is worth nothing', get('channel=news', { accept: '*/*;q=0' }), 406],
    ['with 400 for what is no JSON', post('nonsense'), 400],
    [
      'with 400 for another content type',
      post(openBody([]), { 'content-type': 'text/plain' }),
      400,
    ],
    ['with 400 for another version', post(openBody([], { v: 2 })), 400],
    ['with 400 for channels without names', post({ v: 1, rev: 1, channels: [{}] }), 400],
    ['with 400 for a beginning that is none', post(openBody([{ name: 'news', since: 7 }])), 400],
    ['with 400 for a label that is no client id', post(openBody([], { cid: 'ann' })), 400],
    ['with 400 for a cursor that cannot travel', post(openBody([], { last: 'a\nid: b' })), 400],
    ['with 400 for a mode that is unknown', get('channel=news&mode=raw'), 400],
    ['with 400 for a native form of two channels', get('channel=a&channel=b&mode=native'), 400],
    ['with 404 for an unknown channel in native form', get('channel=a&mode=native'), 404],
    ['with 403 for a denied channel in native form', get('channel=secret&mode=native'), 403],
    ['with 405 for another method', new Request('http://hub.test/_sse', { method: 'PUT' }), 405],
  ])('%s', async (_title, request, expected) => {
    const hub = build()
    const answer = await hub.fetch(request)
    expect(answer.status).toBe(expected)
    expect(((await answer.json()) as { error: string }).error).not.toBe('')
    expect(hub.connectionCount).toBe(0)
  })

  test.each(['text/event-stream', '*/*', 'text/*;q=0.5', 'text/html, text/event-stream'])(
    'not for Accept: %s',
    async (accept) => {
      expect(await status(build().fetch(get('channel=news', { accept })))).toBe(200)
    },
  )

  test('with 401 where identify throws, and onError hears of it', async () => {
    const onError = vi.fn()
    const hub = build({
      onError,
      identify() {
        throw new Error('expired token 1234')
      },
    })
    const answer = await hub.fetch(post(openBody(['news'])))
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain('1234')
    expect(onError).toHaveBeenCalledOnce()
  })

  test('with the answer of identify', async () => {
    const hub = build({
      identify: () => new Response('no', { status: 403, headers: { 'x-why': 'plan' } }),
    })
    const answer = await hub.fetch(post(openBody(['news'])))
    expect([answer.status, answer.headers.get('x-why')]).toEqual([403, 'plan'])
  })

  test('with 429 and Retry-After over the limit of a principal', async () => {
    const hub = build({ identify: () => 'ann', limits: { connectionsPerPrincipal: 2 } })
    const first = await open(hub, [])
    await open(hub, [])
    const answer = await hub.fetch(post(openBody([])))
    expect(answer.status).toBe(429)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const { conn } = await first.control('hello')
    expect(await status(hub.fetch(post(openBody([], { replaces: conn }))))).toBe(200)
  })

  test('with 503 and Retry-After over the limit of the node', async () => {
    const hub = build({ limits: { connections: 1 } })
    const stream = await open(hub, [])
    const answer = await hub.fetch(post(openBody([])))
    expect(answer.status).toBe(503)
    expect(answer.headers.has('retry-after')).toBe(true)
    await stream.close()
    expect(await status(hub.fetch(post(openBody([]))))).toBe(200)
  })

  test('with 503 and Retry-After while the hub drains', async () => {
    const hub = build()
    await hub.drain({ over: 7000 })
    const answer = await hub.fetch(post(openBody([])))
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '7'])
  })
})

test('opens with maxAge: Infinity, and lasts: nothing is waited for', async () => {
  const heartbeat = Number.POSITIVE_INFINITY
  const aging = await open(build({ heartbeat }), ['news'])
  expect(vi.getTimerCount()).toBe(1)
  await aging.close()
  await vi.advanceTimersByTimeAsync(300)
  const hub = build({ heartbeat, maxAge: Number.POSITIVE_INFINITY })
  const stream = await open(hub, ['news'])
  expect((await stream.control('sub')).channels).toEqual({ news: 'ok' })
  expect(vi.getTimerCount()).toBe(0)
  expect(hub.connectionCount).toBe(1)
})

test.each([
  [1000 / 3, 334],
  [Number.POSITIVE_INFINITY, 0],
  [1e300, 0],
])('a heartbeat of %d is announced as %d', async (heartbeat, announced) => {
  const hub = createHub({ heartbeat })
  hub.channel('a')
  const stream = await open(hub, ['a'])
  expect(await stream.control('hello')).toMatchObject({ heartbeat: announced })
})

test("a channel's heartbeat is announced as a whole number", async () => {
  const hub = createHub()
  hub.channel('a', { heartbeat: 1000.5 })
  const stream = await open(hub, ['a'])
  expect(await stream.control('sub')).toMatchObject({ heartbeat: 1001 })
})
