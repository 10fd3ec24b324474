import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { compareIds } from '../../src/hub-protocol.js'
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

describe('events', () => {
  test('have only id and data, and their type cannot reach the event field', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await hub.to('news').send('sub', { t: 'sub' })
    await stream.settled()
    const event = stream.blocks.at(-1)
    expect(event).toMatchObject({ type: 'message', named: true })
    expect(event?.data).toBe('{"c":"news","e":"sub","d":{"t":"sub"}}')
  })

  test('without a payload have no "d"', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await hub.to('news').send('cleared')
    expect(await stream.message()).toEqual({ c: 'news', e: 'cleared', id: expect.any(String) })
  })

  test('of volatile channels have neither id nor replay', async () => {
    const hub = build()
    const stream = await open(hub, ['cursors'])
    await stream.control('sub')
    expect(await hub.to('cursors').send('moved', 1)).toEqual({ id: '' })
    await stream.settled()
    expect(stream.blocks.at(-1)).toMatchObject({
      named: false,
      data: '{"c":"cursors","e":"moved","d":1}',
    })
    const late = await open(hub, [{ name: 'cursors', since: 'earliest' }])
    await late.settled()
    expect(late.blocks).toHaveLength(2)
  })

  test('of one tick come as one chunk', async () => {
    const hub = build()
    const answer = await hub.fetch(post(openBody(['news'])))
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.read()
    for (let count = 0; count < 5; count++) void hub.to('news').send('n', count)
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).match(/^data:/gm)).toHaveLength(5)
  })
})

describe('verdicts', () => {
  test('are told in one block for one request', async () => {
    const hub = build()
    hub.channel('late', async () => true)
    const stream = await open(hub, ['news', 'late', 'secret'], { rev: 4 })
    expect(await stream.control('sub')).toMatchObject({
      rev: 4,
      channels: { news: 'ok', late: 'ok', secret: 'denied' },
    })
  })

  test('come for a channel when its catch-up has been sent', async () => {
    const hub = build()
    for (let count = 0; count < 3; count++) await hub.to('news').send('n', count)
    const stream = await open(hub, [{ name: 'news', since: 'earliest' }])
    await stream.settled()
    expect(stream.blocks.map(({ type }) => type)).toEqual([
      'hub',
      'message',
      'message',
      'message',
      'hub',
    ])
  })

  test('carry the id that the cursor has then', async () => {
    const hub = build()
    const { id } = await hub.to('news').send('n')
    const stream = await open(hub, ['users/1'])
    expect((await stream.control('sub')).id).toBe(id)
  })

  test('are unavailable over the time limit, and the rule is asked again', async () => {
    const answers: ((said: boolean) => void)[] = []
    const hub = build({ authorizeTimeout: 1000 })
    hub.channel('slow', () => new Promise<boolean>((resolve) => answers.push(resolve)))
    const stream = await open(hub, ['slow', 'news'])
    await vi.advanceTimersByTimeAsync(1000)
    expect((await stream.control('sub')).channels).toEqual({ news: 'ok' })
    expect((await stream.control('sub')).channels).toEqual({ slow: 'unavailable' })
    await vi.advanceTimersByTimeAsync(5300)
    expect(answers).toHaveLength(2)
    const { id } = await hub.to('slow').send('meanwhile')
    answers[1]?.(true)
    expect(await stream.message()).toMatchObject({ c: 'slow', e: 'meanwhile', id })
    expect((await stream.control('sub')).channels).toEqual({ slow: 'ok' })
  })

  test('say what heartbeat the channels ask for, where it changes', async () => {
    const hub = build()
    hub.channel('lively', { heartbeat: 3000 })
    const stream = await open(hub, ['news'])
    const { conn, heartbeat } = await stream.control('hello')
    expect(heartbeat).toBe(15_000)
    expect(await stream.control('sub')).not.toHaveProperty('heartbeat')
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'news' }, { name: 'lively' }] }))
    expect(await stream.control('sub')).toMatchObject({
      channels: { lively: 'ok' },
      heartbeat: 3000,
    })
    const before = stream.blocks.length
    await vi.advanceTimersByTimeAsync(3300)
    expect(stream.blocks.length).toBe(before + 1)
  })

  test('name too many channels, and let them in when others leave', async () => {
    const hub = build({ limits: { channelsPerConnection: 2 } })
    const names = ['users/1', 'users/2', 'users/3']
    const stream = await open(hub, names)
    const { conn } = await stream.control('hello')
    expect((await stream.control('sub')).channels).toEqual({
      'users/1': 'ok',
      'users/2': 'ok',
      'users/3': 'limit',
    })
    await hub.fetch(post({ conn, rev: 2, channels: names.slice(1).map((name) => ({ name })) }))
    expect((await stream.control('sub')).channels).toEqual({ 'users/3': 'ok' })
  })
})

describe('a control request', () => {
  async function opened(hub = build()) {
    const stream = await open(hub, ['news'], { rev: 1 })
    const { conn } = await stream.control('hello')
    await stream.control('sub')
    const change = (rev: number, ...names: string[]) =>
      hub.fetch(post({ conn, rev, channels: names.map((name) => ({ name })) }))
    return { hub, stream, conn, change }
  }

  test('brings the channels to the full wanted set', async () => {
    const { hub, stream, change } = await opened()
    const answer = await change(2, 'users/1')
    expect([answer.status, await answer.json()]).toEqual([202, { rev: 2 }])
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: { 'users/1': 'ok' } })
    expect(hub.activeChannels).toEqual(['users/1'])
  })

  test('is one whatever its Accept', async () => {
    const { hub, conn } = await opened()
    const request = post({ conn, rev: 2, channels: [] }, { accept: 'text/html' })
    expect(await status(hub.fetch(request))).toBe(202)
  })

  test('is told on the stream at once: what comes behind that is sent under its revision', async () => {
    const { hub, stream, conn } = await opened()
    const { id } = await hub.to('news').send('n', 1)
    await hub.fetch(post({ conn, rev: 2, channels: [] }))
    await hub.fetch(post({ conn, rev: 3, channels: [{ name: 'news', since: 'earliest' }] }))
    await stream.settled()
    const told = stream.blocks.slice(2).map(({ data }) => JSON.parse(data))
    expect(told).toMatchObject([
      { d: 1 },
      { t: 'sub', rev: 2, channels: {} },
      { t: 'sub', rev: 3, channels: {} },
      { d: 1, i: id },
      { t: 'sub', rev: 3, channels: { news: 'ok' } },
    ])
  })

  test('of an old revision changes nothing and hears the highest', async () => {
    const { hub, change } = await opened()
    await change(5, 'users/5')
    const answer = await change(5, 'users/4')
    expect([answer.status, await answer.json()]).toEqual([202, { rev: 5 }])
    await change(4, 'users/4')
    expect(hub.activeChannels).toEqual(['users/5'])
  })

  test('drops the verdicts of names that left', async () => {
    let answer = (_said: boolean) => {}
    const hub = build()
    hub.channel('slow', () => new Promise<boolean>((resolve) => (answer = resolve)))
    const { stream, change } = await opened(hub)
    await change(2, 'slow')
    await change(3, 'users/1')
    answer(true)
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: {} })
    expect(await stream.control('sub')).toMatchObject({ rev: 3, channels: { 'users/1': 'ok' } })
    await stream.settled()
    expect(stream.blocks.at(-1)?.data).not.toContain('slow')
    expect(hub.activeChannels).toEqual(['users/1'])
  })

  test('that still names a beginning is told the verdict again', async () => {
    const { hub, stream, conn } = await opened()
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'news', since: 'earliest' }] }))
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: { news: 'ok' } })
  })

  test('of an unknown connection is answered with 410', async () => {
    const hub = build()
    const request = post({ conn: 'nobody', rev: 1, channels: [] })
    expect(await status(hub.fetch(request))).toBe(410)
  })

  test('of a connection that ended is answered with 410', async () => {
    const { stream, change } = await opened()
    await stream.close()
    expect(await status(change(2))).toBe(410)
  })

  test('is refused beyond 60 at once, and 10 a second', async () => {
    const { change } = await opened()
    const answers = []
    for (let rev = 2; rev < 70; rev++) answers.push(await status(change(rev)))
    expect(answers.filter((answer) => answer === 202)).toHaveLength(60)
    const refused = await change(70)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await vi.advanceTimersByTimeAsync(1000)
    const later = []
    for (let rev = 80; rev < 95; rev++) later.push(await status(change(rev)))
    expect(later.filter((answer) => answer === 202)).toHaveLength(10)
  })
})

describe('heartbeats', () => {
  test('are comments while nothing happens', async () => {
    const stream = await open(build(), ['news'])
    await stream.settled()
    await vi.advanceTimersByTimeAsync(15_200)
    expect(stream.blocks.at(-1)).toMatchObject({ type: 'comment', named: false })
    await vi.advanceTimersByTimeAsync(30_300)
    expect(stream.blocks.filter(({ type }) => type === 'comment')).toHaveLength(3)
  })

  test('are id-only blocks where the log moved on', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await stream.settled()
    const { id } = await hub.to('users/1').send('elsewhere')
    await vi.advanceTimersByTimeAsync(15_200)
    expect(stream.blocks.at(-1)).toEqual({ type: 'id', data: '', id, named: true })
  })

  test('come at least as often as announced, whatever else is sent', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    for (let count = 0; count < 6; count++) {
      await vi.advanceTimersByTimeAsync(10_000)
      await hub.to('news').send('n')
    }
    await stream.settled()
    expect(stream.blocks.filter(({ type }) => type === 'comment')).toHaveLength(3)
  })
})

describe('the end of a stream', () => {
  test('that is planned is announced', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    const drained = hub.drain({ over: 1000 })
    await vi.advanceTimersByTimeAsync(1300)
    await drained
    const { after } = await stream.control('drain')
    expect(after).toBeGreaterThanOrEqual(200)
    expect(after).toBeLessThanOrEqual(2000)
    expect(await stream.ended).toBe('end')
  })

  test('comes after its age, give or take a fifth', async () => {
    const hub = build({ maxAge: 100_000 })
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(hub, [])))
    await vi.advanceTimersByTimeAsync(79_000)
    expect(hub.connectionCount).toBe(20)
    await vi.advanceTimersByTimeAsync(42_000)
    expect(hub.connectionCount).toBe(0)
    for (const stream of streams) await stream.control('drain')
  })

  test('tells a reader by GET when to come back in its own words too', async () => {
    const hub = build()
    const answer = await hub.fetch(get('channel=news'))
    await hub.close()
    expect(await answer.text()).toMatch(/^retry: \d+$/m)
  })
})

describe('the native form', () => {
  const native = (hub: ReturnType<typeof build>, headers = {}) =>
    openGet(hub, 'channel=news&mode=native', headers)

  test('has the type as event and the payload as it is', async () => {
    const hub = build()
    const stream = await native(hub)
    await hub.to('news').send('alert', { level: 'info' })
    await hub.to('news').send('text', 'two\nlines')
    await hub.to('news').data(7)
    await stream.settled()
    expect(stream.blocks.slice(1)).toMatchObject([
      { type: 'alert', data: '{"level":"info"}', named: true },
      { type: 'text', data: 'two\nlines', named: true },
      { type: 'message', data: '7', named: true },
    ])
  })

  test('begins with a comment, since headers alone may wait in a proxy', async () => {
    const stream = await native(build())
    expect(await stream.next()).toMatchObject({ type: 'comment' })
  })

  test('resumes after Last-Event-ID', async () => {
    const hub = build()
    const { id } = await hub.to('news').send('a', 1)
    await hub.to('news').send('a', 2)
    const stream = await native(hub, { 'last-event-id': id })
    await stream.settled()
    expect(stream.blocks.slice(1)).toMatchObject([{ type: 'a', data: '2' }])
  })

  test('tells of a gap, the only block of the hub', async () => {
    const stream = await native(build(), { 'last-event-id': 'older.7' })
    expect(await stream.control('gap')).toMatchObject({ channels: ['news'], why: 'epoch' })
  })
})

test('ids are ordered within an epoch, however large, and not across', () => {
  expect(compareIds('e.9', 'e.10')).toBeLessThan(0)
  expect(compareIds('e.10', 'e.10')).toBe(0)
  expect(compareIds('e.99999999999999999999', 'e.99999999999999999998')).toBeGreaterThan(0)
  expect(compareIds('e.1700000000000-2', 'e.1700000000000-10')).toBeLessThan(0)
  expect(compareIds('e.5', 'e.5-0')).toBeLessThan(0)
  expect(compareIds('e.1', 'f.1')).toBeUndefined()
  for (const odd of ['', 'e', 'e.', '.1', 'e.01', 'e.-1', 'e.1.', 'e.1\n', ' e.1'])
    expect(compareIds(odd, 'e.1')).toBeUndefined()
})
