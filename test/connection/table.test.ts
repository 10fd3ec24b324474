/**
 * How a connection behaves, situation by situation.
 *
 * Over 250 lines because it is one table: each `describe` is a row of it, in the table's order.
 */
import { setMaxListeners } from 'node:events'
import { effect } from '@preact/signals-core'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { ConnectionError, MessageError, ResponseError } from '../../src/errors.js'
import { stubPage } from '../support/fake-page.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { openConnection } from '../support/scripted-connection.js'
import { EVENT_STREAM_HEADERS, type Exchange } from '../support/scripted-fetch.js'
import { openedSource, openSource, type ScriptedSource } from '../support/scripted-source.js'
import { countSignalListeners } from '../support/signal-listeners.js'

withFakeTime()

/** What chance says from now on: 0 gives the shortest delays. */
const chance = (value: number) => vi.spyOn(Math, 'random').mockReturnValue(value)
beforeEach(() => {
  chance(0)
})

/** How long the connection waits from now. */
function waitOf({ state }: Pick<ScriptedSource, 'state'>): number {
  const now = state()
  if (now.status !== 'waiting') throw new Error(`It is ${now.status}, not waiting.`)
  return now.retryAt - Date.now()
}

/** Lets the wait pass and takes the request that follows. */
async function nextAfterWait(scripted: Pick<ScriptedSource, 'state' | 'server'>) {
  await settle()
  await advance(waitOf(scripted))
  return scripted.server.next()
}

describe('network error, clean end, 408, 425, 429, 5xx: waits, then reconnects', () => {
  const failures: [what: string, code: string, fail: (exchange: Exchange) => void][] = [
    ['a network error', 'network', (exchange) => exchange.cut()],
    ['a break of the body', 'network', (exchange) => exchange.open().cut()],
    ['a break in the middle of an event', 'network', (e) => e.open().send('id: 1\ndata: x').cut()],
    ['a clean end', 'ended', (exchange) => exchange.open().end()],
    ['an event stream without a body', 'ended', (e) => e.respond(200, EVENT_STREAM_HEADERS)],
    ...[408, 425, 429, 500, 502, 503, 504].map((status): (typeof failures)[number] => [
      `status ${status}`,
      'status',
      (exchange) => exchange.respond(status),
    ]),
  ]
  test.each(failures)('%s', async (_, code, fail) => {
    const { server, state, failures } = openSource()
    fail(await server.next())
    await settle()
    expect(state()).toMatchObject({
      status: 'waiting',
      attempt: 1,
      retryAt: Date.now() + 500,
      offline: false,
      error: { code, retryable: true },
    })
    expect(failures).toMatchObject([{ code }])

    await advance(499)
    expect(server.live).toHaveLength(0)
    await advance(1)
    expect(state()).toEqual({ status: 'connecting', attempt: 1 })
    const again = await server.next()
    again.open()
    await settle()
    expect(state()).toEqual({ status: 'open', since: Date.now() })
  })

  test.each([
    ['shortest', 0, [500, 750, 1125, 1688, 2531, 3797, 5695, 8543, 12814, 15000, 15000]],
    ['longest', 1 - 2 ** -52, [1000, 1500, 2250, 3375, 5062, 7594, 11391, 17086, 25629, 30000]],
  ])('the delays at their %s: 1 s × 1.5ⁿ up to 30 s, random in d/2 … d', async (_, x, expected) => {
    chance(x)
    const scripted = openSource()
    const waits: number[] = []
    let exchange = await scripted.server.next()
    for (const _ of expected) {
      exchange.cut()
      await settle()
      waits.push(waitOf(scripted))
      exchange = await nextAfterWait(scripted)
    }
    expect(waits).toEqual(expected)
  })

  test('retry: is a floor, jitter on top', async () => {
    const scripted = await openedSource()
    scripted.stream.send('retry: 20000\n\n').end()
    await settle()
    expect(waitOf(scripted)).toBe(20_000)

    chance(1 - 2 ** -52)
    ;(await nextAfterWait(scripted)).cut()
    await settle()
    expect(waitOf(scripted)).toBe(25_000)
  })

  test('retry: stays in force until another comes, over later reads and streams', async () => {
    const scripted = await openedSource()
    scripted.stream.send('retry: 20000\n\n')
    await settle()
    scripted.stream.send('data: x\n\n').end()
    await settle()
    expect(waitOf(scripted)).toBe(20_000)
    const next = (await nextAfterWait(scripted)).open().send('data: y\n\n')
    await settle()
    next.cut()
    await settle()
    expect(waitOf(scripted)).toBe(20_000)
    ;(await nextAfterWait(scripted)).open().send('retry: 100\ndata: z\n\n').end()
    await settle()
    expect(waitOf(scripted)).toBe(500)
  })

  test('retry: counts when its line is read, even in a block that never ends', async () => {
    const scripted = await openedSource()
    scripted.stream.send('retry: 20000\n').cut()
    await settle()
    expect(waitOf(scripted)).toBe(20_000)
  })

  test('retry: 0 does not make a hot loop', async () => {
    const scripted = await openedSource()
    scripted.stream.send('retry: 0\n\n').end()
    await settle()
    expect(waitOf(scripted)).toBe(500)
  })

  test('retry: of any size is a wait that a timer can keep', async () => {
    const scripted = await openedSource()
    scripted.stream.send('retry: 99999999999999999999\n\n').end()
    await settle()
    expect(waitOf(scripted)).toBe(2 ** 31 - 1)
    await advance(60_000)
    expect(scripted.server.exchanges).toHaveLength(1)
  })

  test.each([
    ['seconds', '90'],
    ['a date', 'Fri, 20 Nov 2026 12:01:30 GMT'],
  ])('Retry-After in %s is a floor for its own wait, jitter on top', async (_, value) => {
    chance(1 - 2 ** -52)
    const scripted = openSource()
    ;(await scripted.server.next()).respond(503, { 'retry-after': value })
    await settle()
    expect(waitOf(scripted)).toBe(112_500)
    ;(await nextAfterWait(scripted)).respond(503)
    await settle()
    expect(waitOf(scripted)).toBe(1500)
  })

  test('retryOn(error) overrides the table: true waits where the rules would close', async () => {
    const { server, state } = openSource({ retryOn: ({ status }) => status === 404 })
    ;(await server.next()).respond(404)
    await settle()
    expect(state()).toMatchObject({ status: 'waiting', attempt: 1, error: { status: 404 } })
  })

  test('retryOn(error) overrides the table: false closes where the rules would wait', async () => {
    const { server, state } = openSource({ retryOn: () => false })
    ;(await server.next()).respond(503)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed', error: { status: 503 } })
  })

  test('retryOn(error) is asked for every failure, and undefined leaves it to the rules', async () => {
    const retryOn = vi.fn(() => undefined)
    const scripted = openSource({ retryOn, heartbeatTimeout: 9000, headers: () => ({}) })
    ;(await scripted.server.next()).cut()
    ;(await nextAfterWait(scripted)).respond(503)
    ;(await nextAfterWait(scripted)).respond(200, { 'content-type': 'text/html' })
    ;(await nextAfterWait(scripted)).open().end()
    await nextAfterWait(scripted)
    await advance(15_000)
    ;(await nextAfterWait(scripted)).open()
    await advance(9000) // silent
    ;(await scripted.server.next()).respond(403)
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'closed', error: { status: 403 } })
    expect(retryOn.mock.calls).toMatchObject([
      [{ code: 'network' }],
      [{ code: 'status', status: 503 }],
      [{ code: 'content-type' }],
      [{ code: 'ended' }],
      [{ code: 'timeout' }],
      [{ code: 'silence' }],
      [{ code: 'status', status: 403 }],
    ])
  })

  test('the error stays in the state while it waits, and leaves source.error once open', async () => {
    const scripted = openSource()
    ;(await scripted.server.next()).cut()
    await settle()
    expect(scripted.source.error.peek()).toMatchObject({ code: 'network' })
    ;(await nextAfterWait(scripted)).open()
    await settle()
    expect(scripted.source.error.peek()).toBeUndefined()
  })
})

describe('204; other 4xx: closed', () => {
  test('204 is the end: reason server, without an error', async () => {
    const { server, state, failures } = openSource()
    ;(await server.next()).respond(204)
    await settle()
    expect(state()).toEqual({ status: 'closed', reason: 'server' })
    expect(failures).toEqual([])
  })

  const statuses = [400, 402, 403, 404, 405, 406, 409, 410, 415, 422, 451]
  test.each([...statuses, 300, 304, 201, 206])(
    '%i: reason failed, with a typed error that carries the status',
    async (status) => {
      const { server, state, failures } = openSource()
      ;(await server.next()).respond(status, EVENT_STREAM_HEADERS)
      await settle()
      const closed = state()
      expect(closed).toMatchObject({ status: 'closed', reason: 'failed' })
      const { error } = closed as { error?: unknown }
      expect(error).toBeInstanceOf(ResponseError)
      expect(error).toMatchObject({ code: 'status', status, retryable: false })
      expect(failures).toEqual([error])
    },
  )

  test.each(['connect', 'reconnect'] as const)('%s() leaves it', async (verb) => {
    const { source, server, state } = openSource()
    ;(await server.next()).respond(403)
    await settle()
    source[verb]()
    expect(state()).toEqual({ status: 'connecting', attempt: 0 })
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
  })

  test('nothing else leaves it: no time, no page, no watcher', async () => {
    const page = stubPage()
    const { source, server, state } = openSource()
    ;(await server.next()).respond(403)
    await settle()
    page.goOnline()
    page.dispatch('pageshow')
    source.on('*', () => {})
    await advance(3_600_000)
    expect(state().status).toBe('closed')
    expect(server.exchanges).toHaveLength(1)
  })
})

describe('401: onUnauthorized() once for everybody, then at once with fresh headers', () => {
  test('the state stays connecting meanwhile', async () => {
    let token = 'old'
    const { server, states } = openSource({
      headers: () => ({ authorization: token }),
      onUnauthorized: () => {
        token = 'new'
      },
    })
    ;(await server.next()).respond(401)
    const again = await server.next()
    expect(again.request.headers.get('authorization')).toBe('new')
    again.open()
    await settle()
    expect(states.map(({ status }) => status)).toEqual(['idle', 'connecting', 'open'])
  })

  test('again 401: closed', async () => {
    const { server, state } = openSource({ onUnauthorized: () => {} })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'unauthorized', status: 401 },
    })
  })

  test('a rejection: closed', async () => {
    const { server, state } = openSource({ onUnauthorized: () => Promise.reject(new Error('no')) })
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('15 s: closed', async () => {
    const { server, state } = openSource({ onUnauthorized: () => new Promise(() => {}) })
    ;(await server.next()).respond(401)
    await advance(14_999)
    expect(state().status).toBe('connecting')
    await advance(1)
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('without it: one retry if headers is a function', async () => {
    const { server, state } = openSource({ headers: () => ({ a: 'b' }) })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed', error: { status: 401 } })
    expect(server.exchanges).toHaveLength(2)
  })

  test('without it, and with headers that cannot change: closed', async () => {
    const { server, state } = openSource({ headers: { a: 'b' } })
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed', error: { status: 401 } })
    expect(server.exchanges).toHaveLength(1)
  })
})

describe('200 with another content type: one retry (captive portals), then closed', () => {
  test.each(['text/html', 'application/json', 'text/event-streamfoo', ''])('%j', async (type) => {
    const scripted = openSource()
    const headers = { 'content-type': type }
    ;(await scripted.server.next()).respond(200, headers, 'data: a page\n\n')
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'waiting', error: { code: 'content-type' } })
    ;(await nextAfterWait(scripted)).respond(200, headers, 'data: a page\n\n')
    await settle()
    expect(scripted.state()).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'content-type', status: 200 },
    })
    expect(scripted.messages).toEqual([])
  })

  const page = { 'content-type': 'text/html' }

  test('the body that nobody reads is released', async () => {
    const { server } = openSource()
    const portal = (await server.next()).open(page)
    await settle()
    expect(portal.isAborted).toBe(true)
  })

  test('a portal that let go is forgotten after proof of health', async () => {
    const scripted = openSource()
    ;(await scripted.server.next()).respond(200, page)
    ;(await nextAfterWait(scripted)).open().send('data: x\n\n').end()
    ;(await nextAfterWait(scripted)).respond(200, page)
    await settle()
    expect(scripted.state().status).toBe('waiting')
  })

  test('whoever connects anew has the retry anew', async () => {
    const scripted = openSource()
    ;(await scripted.server.next()).respond(200, page)
    ;(await nextAfterWait(scripted)).respond(200, page)
    await settle()
    scripted.source.connect()
    ;(await scripted.server.next()).respond(200, page)
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'waiting', attempt: 1 })
  })
})

describe('attempts: reset on proof of health', () => {
  /** Answers three attempts alike, and gives the attempt that each wait was for. */
  async function attemptsOf(answer: (exchange: Exchange) => unknown) {
    const scripted = openSource()
    const attempts: number[] = []
    let exchange = await scripted.server.next()
    for (let n = 0; n < 3; n++) {
      await answer(exchange)
      await settle()
      attempts.push((scripted.state() as { attempt: number }).attempt)
      exchange = await nextAfterWait(scripted)
    }
    return attempts
  }

  test('a delivered message is proof', async () => {
    expect(await attemptsOf((exchange) => exchange.open().send('data: x\n\n').end())).toEqual([
      1, 1, 1,
    ])
  })

  test('5 s open are proof', async () => {
    const open = (milliseconds: number) => async (exchange: Exchange) => {
      exchange.open()
      await advance(milliseconds)
      exchange.end()
    }
    expect(await attemptsOf(open(5000))).toEqual([1, 1, 1])
    expect(await attemptsOf(open(4999))).toEqual([1, 2, 3])
  })

  test('a 200 that closes at once is none: it backs off further each time', async () => {
    expect(await attemptsOf((exchange) => exchange.open().end())).toEqual([1, 2, 3])
  })

  test('heartbeats are none', async () => {
    expect(await attemptsOf((exchange) => exchange.open().send(': hi\n\n').end())).toEqual([
      1, 2, 3,
    ])
  })

  test('id-only blocks are none', async () => {
    expect(await attemptsOf((exchange) => exchange.open().send('id: 7\n\n').end())).toEqual([
      1, 2, 3,
    ])
  })

  test('half a message is none', async () => {
    expect(await attemptsOf((exchange) => exchange.open().send('data: x').end())).toEqual([1, 2, 3])
  })

  test('hello is none', async () => {
    const { server, states } = openConnection()
    ;(await server.next()).open().send('event: hello\ndata:\n\n').end()
    await advance(500)
    ;(await server.next()).open().send('event: hello\ndata:\n\n').end()
    await settle()
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 2 })
  })

  test('maxReconnectAttempts without proof close', async () => {
    const scripted = openSource({ maxReconnectAttempts: 2 })
    ;(await scripted.server.next()).cut()
    ;(await nextAfterWait(scripted)).cut()
    ;(await nextAfterWait(scripted)).respond(503)
    await settle()
    expect(scripted.state()).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { status: 503 },
    })
    expect(scripted.server.exchanges).toHaveLength(3)
  })

  test('maxReconnectAttempts begins anew after proof', async () => {
    const scripted = openSource({ maxReconnectAttempts: 1 })
    ;(await scripted.server.next()).cut()
    ;(await nextAfterWait(scripted)).open().send('data: x\n\n').end()
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  test('maxReconnectAttempts 0 closes at the first failure', async () => {
    const { server, state } = openSource({ maxReconnectAttempts: 0 })
    ;(await server.next()).cut()
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
  })
})

describe('headers, url, body given as functions: evaluated for every attempt, may be async', () => {
  test('each attempt sends what they say at its time', async () => {
    let n = 0
    const scripted = openSource({
      url: () => `https://api.example/${++n}`,
      headers: async () => ({ attempt: `${n}` }),
      body: () => Promise.resolve({ attempt: n }),
      idempotent: true,
      method: 'POST',
    })
    for (const attempt of [1, 2, 3]) {
      const { request, ...exchange } = await scripted.server.next()
      expect(request.url).toBe(`https://api.example/${attempt}`)
      expect(request.headers.get('attempt')).toBe(`${attempt}`)
      expect(await request.json()).toEqual({ attempt })
      exchange.cut()
      await settle()
      await advance(waitOf(scripted))
    }
  })

  test('all that happens in one task is one attempt, or none', async () => {
    const url = vi.fn(() => 'https://api.example/')
    const { source, server } = openSource({ url })
    source.reconnect()
    source.disconnect()
    source.connect()
    source.reconnect()
    await settle()
    expect(url).toHaveBeenCalledTimes(1)
    expect(server.exchanges).toHaveLength(1)

    source.reconnect()
    source.disconnect()
    await settle()
    expect(url).toHaveBeenCalledTimes(1)
    expect(server.live).toHaveLength(0)
  })

  const slips: [what: string, headers: () => Promise<HeadersInit>][] = [
    [
      'throws',
      () => {
        throw new Error('no token')
      },
    ],
    ['rejects', () => Promise.reject(new Error('no token'))],
  ]
  test.each(slips)('one that %s is a failure like another, tried again', async (_, headers) => {
    const scripted = openSource({ headers })
    await settle()
    expect(scripted.state()).toMatchObject({
      status: 'waiting',
      attempt: 1,
      error: { code: 'network', message: 'The option "headers" failed: no token' },
    })
    const waiting = scripted.state() as { error: Error }
    expect(waiting.error.cause).toMatchObject({ message: 'no token' })
    expect(scripted.server.exchanges).toHaveLength(0)
    await advance(500)
    expect(scripted.state()).toMatchObject({ status: 'waiting', attempt: 2 })
  })

  test.each(['url', 'headers', 'body'])(
    'the connect timeout covers a %s that hangs',
    async (name) => {
      const scripted = openSource({
        method: 'POST',
        idempotent: true,
        [name]: () => new Promise(() => {}),
      })
      await advance(14_999)
      expect(scripted.state().status).toBe('connecting')
      await advance(1)
      expect(scripted.state()).toMatchObject({ status: 'waiting', error: { code: 'timeout' } })
      expect(scripted.server.exchanges).toHaveLength(0)
    },
  )

  test('what makes no request closes: trying again would not help', async () => {
    const { server, state } = openSource({ url: () => 'https://' })
    await settle()
    expect(state()).toMatchObject({
      status: 'closed',
      reason: 'failed',
      error: { code: 'request', retryable: false },
    })
    expect(server.exchanges).toHaveLength(0)
  })

  test('one that closes the source sends nothing', async () => {
    const { source, server, state } = openSource({
      headers: () => {
        source.close()
        return {}
      },
    })
    await settle()
    expect(state()).toEqual({ status: 'closed', reason: 'user' })
    expect(server.exchanges).toHaveLength(0)
  })
})

describe('POST source', () => {
  const post = { body: { question: 'why?' } }

  test('a body makes it one', async () => {
    const { server } = openSource(post)
    const { request } = await server.next()
    expect(request.method).toBe('POST')
    expect(request.headers.get('content-type')).toBe('application/json')
    expect(await request.json()).toEqual({ question: 'why?' })
  })

  test('a clean end closes it (server)', async () => {
    const { stream, state, messages, failures } = await openedSource(post)
    stream.send('data: because\n\n').end()
    await settle()
    expect(state()).toEqual({ status: 'closed', reason: 'server' })
    expect(messages).toEqual(['because'])
    expect(failures).toEqual([])
  })

  test.each<[string, (exchange: Exchange) => void]>([
    ['without a response', (exchange) => exchange.cut()],
    ['by status 503', (exchange) => exchange.respond(503)],
    ['by another content type', (exchange) => exchange.respond(200, { 'content-type': 'a/b' })],
    ['in the middle', (exchange) => exchange.open().send('data: x\n\ndata:').cut()],
    ['within the block that has its id', (exchange) => exchange.open().send('id: 1\n').cut()],
  ])('broken %s before a cursor was seen: closed (failed), and not sent again', async (_, fail) => {
    const { server, state } = openSource(post)
    fail(await server.next())
    await advance(3_600_000)
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
    expect(server.exchanges).toHaveLength(1)
  })

  test('broken after a cursor was seen: resumed', async () => {
    const scripted = await openedSource(post)
    scripted.stream.send('id: 7\ndata: x\n\n').cut()
    const again = await nextAfterWait(scripted)
    expect(again.lastEventId).toBe('7')
    expect(await again.request.json()).toEqual({ question: 'why?' })
  })

  test('a cursor from before is one too', async () => {
    const scripted = openSource({ ...post, lastEventId: '7' })
    ;(await scripted.server.next()).cut()
    expect((await nextAfterWait(scripted)).lastEventId).toBe('7')
  })

  test('a cursor that the server reset is none', async () => {
    const { stream, state } = await openedSource(post)
    stream.send('id: 7\ndata: x\n\nid:\ndata: y\n\n').cut()
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('refused with 401 it was not taken: sent again with fresh headers', async () => {
    const { server, state } = openSource({ ...post, onUnauthorized: () => {} })
    ;(await server.next()).respond(401)
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
  })

  test('never restarted or replaced by lifecycle events', async () => {
    const page = stubPage()
    const { server, stream, state } = await openedSource({ ...post, pauseWhenHidden: 1000 })
    page.hide()
    await advance(60_000)
    page.show()
    page.goOffline()
    page.goOnline()
    page.dispatch('pageshow')
    page.dispatch('resume')
    await advance(60_000)
    expect(state().status).toBe('open')
    expect(stream.isLive).toBe(true)
    expect(server.exchanges).toHaveLength(1)
  })

  test('silent, the page back: not judged before its time', async () => {
    const page = stubPage()
    const { stream, state } = await openedSource({ ...post, heartbeatTimeout: 10_000 })
    vi.setSystemTime(Date.now() + 3_600_000)
    page.dispatch('pageshow')
    await advance(600)
    expect(stream.isLive).toBe(true)
    expect(state().status).toBe('open')
  })

  test('any method but GET and HEAD is as careful', async () => {
    const { server, state } = openSource({ method: 'put' })
    ;(await server.next()).cut()
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('idempotent: true restores the GET rules', async () => {
    const scripted = await openedSource({ ...post, idempotent: true })
    scripted.stream.end()
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'waiting', error: { code: 'ended' } })
    ;(await nextAfterWait(scripted)).cut()
    await settle()
    expect(scripted.state()).toMatchObject({ status: 'waiting', attempt: 2 })
  })

  test("the hub's own POST is idempotent", async () => {
    const { server, states } = openConnection({
      protocol: { request: () => ({ method: 'POST', body: { v: 1 } }) },
    })
    const first = await server.next()
    expect(first.request.method).toBe('POST')
    first.open().send('event: hello\ndata:\n\n').end()
    await settle()
    expect(states.at(-1)).toMatchObject({ status: 'waiting' })
  })
})

describe('silence', () => {
  test('armed by the heartbeat that the hub announces: 2.5 × without a byte', async () => {
    const { server, statuses } = openConnection({ protocol: { overlaps: false } })
    ;(await server.next()).open().send('event: hello\ndata: 4000\n\n')
    await advance(9999)
    expect(server.exchanges).toHaveLength(1)
    await advance(1)
    expect(server.exchanges).toHaveLength(2)
    expect(statuses()).toEqual(['connecting', 'open', 'connecting'])
  })

  test('a heartbeat announced anew is another window', async () => {
    const { server } = openConnection({ protocol: { overlaps: false } })
    const stream = (await server.next()).open().send('event: hello\ndata: 4000\n\n')
    await settle()
    stream.send('event: hello\ndata: 20000\n\n')
    await advance(49_999)
    expect(server.exchanges).toHaveLength(1)
    await advance(1)
    expect(server.exchanges).toHaveLength(2)
  })

  test('a heartbeat announced over and over costs no further timer', async () => {
    const { server } = openConnection()
    const stream = (await server.next()).open().send('event: hello\ndata: 4000\n\n')
    await settle()
    const timers = vi.getTimerCount()
    for (let n = 0; n < 20; n++) stream.send('event: hello\ndata: 4000\n\n')
    await settle()
    expect(vi.getTimerCount()).toBe(timers)
  })

  test('heartbeatTimeout says more than the hub', async () => {
    const { server } = openConnection({ heartbeatTimeout: 30_000 })
    ;(await server.next()).open().send('event: hello\ndata: 4000\n\n')
    await advance(29_999)
    expect(server.exchanges).toHaveLength(1)
    await advance(1)
    expect(server.exchanges).toHaveLength(2)
  })

  test('the headers are the first sign of life, however late they come', async () => {
    const { server } = openSource({ heartbeatTimeout: 10_000 })
    const first = await server.next()
    await advance(14_000)
    first.open()
    await advance(9999)
    expect(first.isLive).toBe(true)
    await advance(1)
    expect(first.isLive).toBe(false)
  })

  test('armed by heartbeatTimeout, which is the whole silence', async () => {
    const { server, stream, state, failures } = await openedSource({ heartbeatTimeout: 10_000 })
    await advance(9999)
    expect(stream.isLive).toBe(true)
    await advance(1)
    expect(stream.isAborted).toBe(true)
    expect(state()).toEqual({ status: 'connecting', attempt: 1 })
    expect(failures).toMatchObject([{ code: 'silence', retryable: true }])
    expect(server.live).toHaveLength(1)
  })

  test('not armed by anything else: a stream may be quiet for a day', async () => {
    const { stream, state } = await openedSource()
    await advance(24 * 3_600_000)
    expect(stream.isLive).toBe(true)
    expect(state().status).toBe('open')
  })

  test('heartbeatTimeout: false disarms it, whatever the hub announces', async () => {
    const { server } = openConnection({ heartbeatTimeout: false })
    ;(await server.next()).open().send('event: hello\ndata: 4000\n\n')
    await advance(3_600_000)
    expect(server.exchanges).toHaveLength(1)
  })

  test.each([
    ['comments', ': still here\n'],
    ['half a line', 'da'],
    ['a blank line', '\n'],
    ['messages', 'data: x\n\n'],
  ])('%s count as life', async (_, bytes) => {
    const { stream } = await openedSource({ heartbeatTimeout: 10_000 })
    for (let n = 0; n < 5; n++) {
      await advance(9999)
      stream.send(bytes)
      await settle()
    }
    expect(stream.isLive).toBe(true)
    await advance(10_000)
    expect(stream.isLive).toBe(false)
  })

  test('one sleeping timer, however much is read', async () => {
    const { stream } = await openedSource({ heartbeatTimeout: 10_000 })
    await advance(5000)
    const timers = vi.getTimerCount()
    for (let n = 0; n < 100; n++) {
      stream.send(': hi\n')
      await advance(10)
    }
    expect(vi.getTimerCount()).toBe(timers)
  })

  test('a timer that wakes late gives waiting bytes one more second', async () => {
    const { stream, state } = await openedSource({ heartbeatTimeout: 10_000 })
    vi.setSystemTime(Date.now() + 60_000) // the machine slept
    await advance(10_500)
    expect(stream.isLive).toBe(true)
    stream.send(': woke up too\n')
    await advance(5000)
    expect(stream.isLive).toBe(true)
    expect(state().status).toBe('open')
    await advance(20_000) // and never again
    expect(stream.isLive).toBe(false)
  })

  test('a timer that wakes late judges after that second', async () => {
    const { stream } = await openedSource({ heartbeatTimeout: 10_000 })
    vi.setSystemTime(Date.now() + 60_000)
    await advance(10_999)
    expect(stream.isLive).toBe(true)
    await advance(1)
    expect(stream.isLive).toBe(false)
  })

  test('a stream that was never healthy is no excuse for a hot loop: it waits', async () => {
    const scripted = await openedSource({ heartbeatTimeout: 3000 })
    await advance(3000)
    ;(await scripted.server.next()).open()
    await advance(3000)
    expect(scripted.state()).toMatchObject({
      status: 'waiting',
      attempt: 2,
      error: { code: 'silence' },
    })
  })
})

describe('connect timeout', () => {
  test('15 s to headers', async () => {
    const { server, state } = openSource()
    const first = await server.next()
    await advance(14_999)
    expect(first.isLive).toBe(true)
    await advance(1)
    expect(first.isAborted).toBe(true)
    expect(state()).toMatchObject({ status: 'waiting', attempt: 1, error: { code: 'timeout' } })
    const { error } = state() as { error: Error }
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toContain('No response headers within 15000 ms')
  })

  test('is over with the headers', async () => {
    const { stream } = await openedSource()
    await advance(60_000)
    expect(stream.isLive).toBe(true)
  })

  test('connectTimeout sets it', async () => {
    const { server, state } = openSource({ connectTimeout: 100 })
    await server.next()
    await advance(100)
    expect(state().status).toBe('waiting')
  })

  test('connectTimeout: Infinity never gives up', async () => {
    const { server } = openSource({ connectTimeout: Number.POSITIVE_INFINITY })
    const first = await server.next()
    await advance(24 * 3_600_000)
    expect(first.isLive).toBe(true)
  })

  test('15 s more to hello on a hub', async () => {
    const { server, states, statuses, failures } = openConnection()
    const first = await server.next()
    await advance(14_000)
    first.open().send(': not yet\n\n')
    await advance(14_999)
    expect(statuses()).toEqual(['connecting'])
    await advance(1)
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 1 })
    expect(failures).toMatchObject([{ code: 'timeout' }])
    expect(failures[0]?.message).toContain('No hello within 15000 ms')
    expect(first.isAborted).toBe(true)
  })

  test('is over with hello', async () => {
    const { server, statuses } = openConnection()
    ;(await server.next()).open().send('event: hello\ndata:\n\n')
    await advance(60_000)
    expect(statuses()).toEqual(['connecting', 'open'])
  })

  test('begins anew for the request after a refresh', async () => {
    const { server, state } = openSource({ onUnauthorized: () => {} })
    const first = await server.next()
    await advance(14_000)
    first.respond(401)
    await server.next()
    await advance(14_999)
    expect(state().status).toBe('connecting')
    await advance(1)
    expect(state().status).toBe('waiting')
  })
})

describe('offline', () => {
  test('never ends an open stream', async () => {
    const page = stubPage()
    const { stream, state } = await openedSource()
    page.goOffline()
    await advance(60_000)
    expect(stream.isLive).toBe(true)
    expect(state().status).toBe('open')
  })

  test('never forbids an attempt', async () => {
    stubPage({ online: false })
    const { server, state } = openSource()
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
  })

  test('stretches the wait to the maximum', async () => {
    stubPage({ online: false })
    const { server, state } = openSource()
    ;(await server.next()).cut()
    await settle()
    expect(state()).toMatchObject({
      status: 'waiting',
      offline: true,
      retryAt: Date.now() + 30_000,
    })
    await advance(29_999)
    expect(server.exchanges).toHaveLength(1)
    await advance(1)
    expect(server.exchanges).toHaveLength(2)
  })

  test('stretches a wait that has begun', async () => {
    const page = stubPage()
    const { server, state } = openSource({ maxReconnectDelay: 20_000 })
    ;(await server.next()).cut()
    await advance(100)
    page.goOffline()
    expect(state()).toMatchObject({
      status: 'waiting',
      attempt: 1,
      offline: true,
      retryAt: Date.now() + 20_000,
      error: { code: 'network' },
    })
    await advance(19_999)
    expect(server.exchanges).toHaveLength(1)
  })

  test.each([
    ['begins', false],
    ['has begun', true],
  ])('shortens no wait that the server asked for, when it %s', async (_, online) => {
    const page = stubPage({ online })
    const { server, state } = openSource()
    ;(await server.next()).respond(503, { 'retry-after': '90' })
    await settle()
    page.goOffline()
    expect(state()).toMatchObject({ offline: true, retryAt: Date.now() + 90_000 })
  })

  test('stretches to what a timer can wait, however long maxReconnectDelay is', async () => {
    stubPage({ online: false })
    const scripted = openSource({ maxReconnectDelay: Number.POSITIVE_INFINITY })
    ;(await scripted.server.next()).cut()
    await settle()
    expect(waitOf(scripted)).toBe(2 ** 31 - 1)
  })

  test('online cuts it short', async () => {
    const page = stubPage({ online: false })
    const { server, state } = openSource()
    ;(await server.next()).cut()
    await advance(1000)
    page.goOnline()
    expect(state()).toEqual({ status: 'connecting', attempt: 1 })
    await server.next()
  })

  test.each([
    'http://localhost:3000/sse',
    'http://app.localhost/sse',
    'http://127.0.0.1:8080/sse',
    'http://127.1.2.3/sse',
    'http://[::1]:5173/sse',
  ])('means nothing on a loopback host: %s', async (url) => {
    const page = stubPage({ online: false })
    const { server, state } = openSource({ url })
    ;(await server.next()).cut()
    await settle()
    expect(state()).toMatchObject({ offline: false, retryAt: Date.now() + 500 })
    page.goOffline()
    expect(state()).toMatchObject({ offline: false, retryAt: Date.now() + 500 })
  })
})

describe('online, wake from sleep, pageshow, visible, resume', () => {
  type Page = ReturnType<typeof stubPage>
  const returns: [what: string, act: (page: Page) => void | Promise<void>][] = [
    ['online', (page) => page.goOnline()],
    ['pageshow', (page) => page.dispatch('pageshow')],
    ['visible', (page) => page.show()],
    ['resume', (page) => page.dispatch('resume')],
    [
      'wake from sleep',
      async () => {
        vi.setSystemTime(Date.now() + 60_000)
        await advance(15_000)
      },
    ],
  ]

  test.each(returns)('%s cuts the wait short', async (_, act) => {
    const page = stubPage()
    const { server, state } = openSource()
    ;(await server.next()).respond(503, { 'retry-after': '3600' })
    await settle()
    expect(state().status).toBe('waiting')
    await act(page)
    expect(state()).toEqual({ status: 'connecting', attempt: 1 })
    await settle()
    expect(server.live).toHaveLength(1)
  })

  test.each(returns)(
    '%s verifies an open stream: silent for its window, it is replaced',
    async (_, act) => {
      const page = stubPage()
      const { stream, server } = await openedSource({ heartbeatTimeout: 40_000 })
      vi.setSystemTime(Date.now() + 40_000)
      await act(page)
      await advance(500)
      expect(stream.isAborted).toBe(true)
      expect(server.live).toHaveLength(1)
    },
  )

  test.each(returns)('%s gives the bytes that waited their chance', async (_, act) => {
    const page = stubPage()
    const { stream, server } = await openedSource({ heartbeatTimeout: 40_000 })
    vi.setSystemTime(Date.now() + 40_000)
    await act(page)
    stream.send(': the backlog\n')
    await advance(500)
    expect(stream.isLive).toBe(true)
    expect(server.exchanges).toHaveLength(1)
  })

  test.each(returns)(
    '%s leaves a stream alone that was heard of within its window',
    async (_, act) => {
      const page = stubPage()
      const { stream } = await openedSource({ heartbeatTimeout: 120_000 })
      await act(page)
      await advance(5000)
      expect(stream.isLive).toBe(true)
    },
  )

  test.each(returns)(
    '%s, and it shows that the stream broke meanwhile: the next one needs no delay',
    async (_, act) => {
      const page = stubPage()
      const { stream, state, server } = await openedSource()
      await act(page)
      stream.cut()
      await settle()
      expect(state()).toMatchObject({ status: 'waiting', attempt: 1, retryAt: Date.now() + 1 })
      await advance(1)
      expect(server.live).toHaveLength(1)
      // Only the first: whoever ends streams at once is not asked again and again.
      ;(await server.next()).open().cut()
      await settle()
      expect(state()).toMatchObject({ status: 'waiting', attempt: 2 })
      await advance(400)
      expect(server.live).toHaveLength(0)
    },
  )

  test.each(returns)('%s does not excuse a server that refuses', async (_, act) => {
    const page = stubPage()
    const { server, state } = openSource({ connectTimeout: 60_000 })
    const first = await server.next()
    await act(page)
    first.respond(503, { 'retry-after': '60' })
    await settle()
    await advance(59_000)
    expect(state().status).toBe('waiting')
    expect(server.exchanges).toHaveLength(1)
  })

  test.each(returns)('%s, and the stream breaks later: as ever', async (_, act) => {
    const page = stubPage()
    const { stream, server } = await openedSource()
    await act(page)
    await advance(1000)
    stream.cut()
    await settle()
    await advance(400)
    expect(server.live).toHaveLength(0)
  })

  test.each(returns)('%s leaves a stream alone that has no window', async (_, act) => {
    const page = stubPage()
    const { stream } = await openedSource()
    await act(page)
    await advance(5000)
    expect(stream.isLive).toBe(true)
  })

  test.each(returns)('%s does not disturb an attempt under way', async (_, act) => {
    const page = stubPage()
    const { server } = openSource({ connectTimeout: 60_000 })
    const first = await server.next()
    await act(page)
    await advance(1000)
    expect(first.isLive).toBe(true)
    expect(server.exchanges).toHaveLength(1)
  })

  test('all at once cost one request', async () => {
    setMaxListeners(20) // each of them looks for itself, for half a second
    onTestFinished(() => setMaxListeners(10))
    const page = stubPage()
    const { server } = await openedSource({ heartbeatTimeout: 10_000 })
    page.hide()
    vi.setSystemTime(Date.now() + 60_000)
    page.dispatch('resume')
    page.show()
    page.dispatch('pageshow')
    page.goOnline()
    await advance(2000)
    expect(server.exchanges).toHaveLength(2)
    expect(server.live).toHaveLength(1)
  })

  test('a hidden page whose timers are throttled has not slept', async () => {
    const page = stubPage()
    const { server, state } = openSource()
    ;(await server.next()).respond(503, { 'retry-after': '3600' })
    await settle()
    page.hide()
    vi.setSystemTime(Date.now() + 60_000)
    await advance(15_000)
    expect(state().status).toBe('waiting')
  })
})

describe('replacement', () => {
  const HELLO = 'event: hello\ndata: 4000\n\n'
  const message = (id: number) => `id: ${id}\ndata: ${id}\n\n`

  /** Open, with two messages delivered. */
  async function openHub(options?: Parameters<typeof openConnection>[0]) {
    const scripted = openConnection(options)
    const old = (await scripted.server.next()).open().send(HELLO + message(1) + message(2))
    await settle()
    return { ...scripted, old, opened: scripted.states.length }
  }

  test('the state stays open while the new stream is on its way', async () => {
    const { connection, server, old, states, opened } = await openHub()
    connection.reconnect()
    const next = await server.next()
    expect(next.lastEventId).toBe('2')
    next.open()
    await settle()
    expect(old.isLive).toBe(true)
    expect(states.length).toBe(opened)
  })

  test('when the new stream is ready, in one task: deliver from it, abort the old one', async () => {
    const { connection, server, old, delivered, states, opened, replacements, facts } =
      await openHub()
    connection.reconnect()
    const next = (await server.next()).open()
    await settle()
    old.send(message(3))
    await settle()
    expect(delivered).toEqual(['1', '2', '3'])

    next.send(HELLO + message(4))
    await settle()
    expect(old.isAborted).toBe(true)
    expect(delivered).toEqual(['1', '2', '3', '4'])
    expect(connection.cursor).toBe('4')
    expect(replacements()).toBe(1)
    expect(facts).toContain('replaced')
    expect(states.length).toBe(opened)
    expect(server.live).toEqual([next])
  })

  test('before it is ready the new stream delivers nothing and moves no cursor', async () => {
    const { connection, server, delivered } = await openHub()
    connection.reconnect()
    ;(await server.next()).open().send('event: note\nid: 9\ndata:\n\n: hi\n\nid: 10\n\n')
    await settle()
    expect(delivered).toEqual(['1', '2'])
    expect(connection.cursor).toBe('2')
  })

  test('if it fails while the old one brings bytes, the old one is kept', async () => {
    const { connection, server, old, states, opened, facts, delivered } = await openHub()
    connection.reconnect()
    ;(await server.next()).cut()
    await settle()
    expect(facts).toContain('replacement-failed')
    old.send(message(3))
    await settle()
    expect(delivered).toEqual(['1', '2', '3'])
    expect(states.length).toBe(opened)
    expect(server.live).toEqual([old])
  })

  test.each<[string, (next: Exchange) => void]>([
    ['refused for good', (next) => next.respond(403)],
    ['no event stream', (next) => next.respond(200, { 'content-type': 'text/html' })],
    ['told that there is nothing more', (next) => next.respond(204)],
    ['ended before hello', (next) => next.open().end()],
    ['spoken to before hello', (next) => next.open().send(message(9))],
  ])('if it is %s, the old one is kept all the same', async (_, fail) => {
    const { connection, server, old, states, opened } = await openHub()
    connection.reconnect()
    fail(await server.next())
    await settle()
    expect(server.live).toEqual([old])
    expect(connection.cursor).toBe('2')
    expect(states.length).toBe(opened)
  })

  test('if it fails while the old one is silent, the connection reconnects', async () => {
    const { server, old, states } = await openHub()
    await advance(10_000)
    ;(await server.next()).cut()
    await settle()
    expect(old.isAborted).toBe(true)
    expect(states.at(-1)).toMatchObject({
      status: 'waiting',
      attempt: 1,
      error: { code: 'silence' },
    })
  })

  test('if it hangs while the old one is silent, the connect timeout ends both', async () => {
    const { server, old, states } = await openHub()
    await advance(10_000)
    await server.next()
    await advance(15_000)
    expect(old.isAborted).toBe(true)
    expect(server.live).toHaveLength(0)
    expect(states.at(-1)).toMatchObject({ status: 'waiting', attempt: 1 })
  })

  test('if the old one ends as the new one comes, the state stays open', async () => {
    const { connection, server, old, states, replacements, delivered } = await openHub()
    connection.reconnect()
    const next = await server.next()
    const before = states.length
    old.end()
    await advance(999)
    next.open().send(HELLO + message(3))
    await settle()
    expect(states).toHaveLength(before)
    expect(replacements()).toBe(1)
    expect(delivered).toEqual(['1', '2', '3'])
    await advance(10_000)
    expect(states).toHaveLength(before)
  })

  test('if the old one ends meanwhile, the connection waits for the new one', async () => {
    const { connection, server, old, states, statuses, delivered } = await openHub()
    connection.reconnect()
    const next = (await server.next()).open()
    old.end()
    await advance(1000)
    expect(states.at(-1)).toEqual({ status: 'connecting', attempt: 0 })
    expect(next.isLive).toBe(true)
    next.send(HELLO + message(3))
    await settle()
    expect(statuses().at(-1)).toBe('open')
    expect(delivered).toEqual(['1', '2', '3'])
    expect(server.exchanges).toHaveLength(2)
  })

  test('if both end, the connection waits and tries again', async () => {
    const { connection, server, old, states } = await openHub()
    connection.reconnect()
    const next = (await server.next()).open()
    old.cut()
    await settle()
    next.cut()
    await settle()
    expect(states.at(-1)).toMatchObject({
      status: 'waiting',
      attempt: 1,
      error: { code: 'network' },
    })
  })

  test('an end that the old stream announced says nothing of the new one', async () => {
    const { connection, server, old, states } = await openHub()
    old.send('event: bye\ndata: 60000\n\n')
    await settle()
    connection.reconnect()
    const next = (await server.next()).open()
    old.end()
    await settle()
    next.send(HELLO).cut()
    await settle()
    expect(states.at(-1)).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  test('an end that the old stream announced is forgotten once the new one took over', async () => {
    const { connection, server, old, states } = await openHub()
    old.send('event: bye\ndata: 60000\n\n')
    await settle()
    connection.reconnect()
    ;(await server.next()).open().send(HELLO).cut()
    await settle()
    expect(states.at(-1)).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  test('an end announced by a new stream that never took over is none of the old one', async () => {
    const { connection, server, old, states } = await openHub()
    connection.reconnect()
    ;(await server.next()).open().send('event: bye\ndata: 60000\n\n').end()
    await settle()
    old.cut()
    await settle()
    expect(states.at(-1)).toMatchObject({ status: 'waiting', error: { code: 'network' } })
  })

  test('there is one at a time, however often it is asked for', async () => {
    const { connection, server } = await openHub()
    connection.reconnect()
    connection.reconnect()
    await advance(10_000) // silent as well
    connection.reconnect()
    await settle()
    expect(server.live).toHaveLength(2)
  })

  test('there is another after a pause, whatever was under way before it', async () => {
    const { connection, server } = await openHub()
    connection.reconnect()
    await server.next()
    connection.dispatch({ type: 'disconnect' })
    connection.dispatch({ type: 'connect' })
    ;(await server.next()).open().send(HELLO)
    await settle()
    connection.reconnect()
    await server.next()
    expect(server.live).toHaveLength(2)
  })

  test.each(['disconnect', 'close', 'release'] as const)('%s ends both streams', async (type) => {
    const { connection, server } = await openHub()
    connection.reconnect()
    await settle()
    connection.dispatch({ type })
    await settle()
    expect(server.live).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('the old stream ends although its delivery is still going on', async () => {
    const scripted = openConnection({
      onEvent: () => vi.setSystemTime(Date.now() + 1), // slow: the delivery is cut into slices
    })
    const { connection, server, delivered } = scripted
    const old = (await server.next()).open().send(HELLO)
    await settle()
    connection.reconnect()
    const next = (await server.next()).open()
    await settle()
    const many = Array.from({ length: 500 }, (_, index) => message(index)).join('')
    old.send(many)
    next.send(HELLO)
    await settle()
    const before = delivered.length
    expect(before).toBeLessThan(500)
    next.send(message(500))
    await settle()
    expect(delivered.slice(before)).toEqual(['500'])
  })

  test('a hundred that failed leave no listener behind', async () => {
    const listeners = countSignalListeners()
    const { connection, server, old } = await openHub()
    const fail = async () => {
      connection.reconnect()
      ;(await server.next()).cut()
      await settle()
    }
    await fail()
    const before = listeners()
    expect(before).toBeGreaterThan(0)
    for (let n = 0; n < 100; n++) await fail()
    expect(listeners()).toBe(before)
    expect(server.live).toEqual([old])
  })

  test('a plain GET source is aborted first and reopened', async () => {
    const { source, server, stream, state } = await openedSource()
    source.reconnect()
    expect(state()).toEqual({ status: 'connecting', attempt: 0 })
    expect(stream.isAborted).toBe(true)
    await settle()
    expect(server.live).toHaveLength(1)
  })
})

describe('hidden tab', () => {
  test('stays open', async () => {
    const page = stubPage()
    const { stream, messages } = await openedSource()
    page.hide()
    await advance(24 * 3_600_000)
    stream.send('data: x\n\n')
    await settle()
    expect(messages).toEqual(['x'])
  })

  test('pauseWhenHidden: ms is opt-in', async () => {
    const page = stubPage()
    const { stream, state } = await openedSource({ pauseWhenHidden: 60_000 })
    page.hide()
    await advance(59_999)
    expect(state().status).toBe('open')
    await advance(1)
    expect(state()).toEqual({ status: 'paused', reasons: ['hidden'] })
    expect(stream.isAborted).toBe(true)
  })

  test('a tab that comes back in time is not paused', async () => {
    const page = stubPage()
    const { stream } = await openedSource({ pauseWhenHidden: 60_000 })
    page.hide()
    await advance(59_999)
    page.show()
    await advance(3_600_000)
    expect(stream.isLive).toBe(true)
  })

  test('visible, it goes on where it was', async () => {
    const page = stubPage()
    const { server, stream, state } = await openedSource({ pauseWhenHidden: 0 })
    stream.send('id: 7\ndata: x\n\n')
    await settle()
    page.hide()
    await advance(0)
    page.show()
    expect(state()).toEqual({ status: 'connecting', attempt: 0 })
    expect((await server.next()).lastEventId).toBe('7')
  })

  test('opened in a hidden tab it is paused in time', async () => {
    const page = stubPage({ visible: false })
    const { state } = await openedSource({ pauseWhenHidden: 1000 })
    await advance(1000)
    expect(state()).toEqual({ status: 'paused', reasons: ['hidden'] })
    page.show()
    expect(state().status).toBe('connecting')
  })

  test('nothing is requested while it is paused, whatever else happens', async () => {
    const page = stubPage()
    const { source, server } = await openedSource({ pauseWhenHidden: 1000 })
    page.hide()
    await advance(1000)
    page.goOnline()
    page.dispatch('pageshow')
    source.connect()
    source.reconnect()
    await advance(3_600_000)
    expect(server.live).toHaveLength(0)
    expect(server.exchanges).toHaveLength(1)
  })

  test('who disconnected stays so when the tab is back', async () => {
    const page = stubPage()
    const { source, server, state } = await openedSource({ pauseWhenHidden: 1000 })
    page.hide()
    await advance(1000)
    source.disconnect()
    expect(state()).toEqual({ status: 'paused', reasons: ['hidden', 'user'] })
    page.show()
    await advance(1000)
    expect(state()).toEqual({ status: 'paused', reasons: ['user'] })
    expect(server.live).toHaveLength(0)
    source.connect()
    expect(state().status).toBe('connecting')
  })

  test('hide and show in one task cost no second request', async () => {
    const page = stubPage()
    const { server } = await openedSource({ pauseWhenHidden: 0 })
    page.hide()
    page.show()
    await advance(1000)
    expect(server.exchanges).toHaveLength(1)
  })
})

describe('planned end (hub drain, max age)', () => {
  const HELLO = 'event: hello\ndata:\n\n'

  test('silent reconnect after the announced time: no backoff, no error state', async () => {
    const { server, states, failures } = openConnection()
    const stream = (await server.next()).open().send(HELLO)
    await advance(5000)
    stream.send('event: bye\ndata: 2000\n\n').end()
    await settle()
    expect(states.at(-1)).toEqual({
      status: 'waiting',
      attempt: 0,
      retryAt: Date.now() + 2000,
      offline: false,
    })
    expect(failures).toEqual([])
    await advance(2000)
    expect(states.at(-1)).toEqual({ status: 'connecting', attempt: 0 })
  })

  test('cut instead of ended it was planned all the same', async () => {
    const { server, states, failures } = openConnection()
    const stream = (await server.next()).open().send(HELLO)
    await advance(5000)
    stream.send('event: bye\ndata: 0\n\n').cut()
    await advance(0)
    expect(states.at(-1)).toMatchObject({ status: 'connecting', attempt: 0 })
    expect(failures).toEqual([])
  })

  test('it delivers until it ends', async () => {
    const { server, delivered } = openConnection()
    ;(await server.next())
      .open()
      .send(`${HELLO}event: bye\ndata: 0\n\nid: 1\ndata: still\n\n`)
      .end()
    await settle()
    expect(delivered).toEqual(['still'])
  })

  test('an attempt like another if the stream lived under 5 s', async () => {
    const { server, states, failures } = openConnection()
    const planned = async () => {
      ;(await server.next()).open().send(`${HELLO}event: bye\ndata: 100\n\n`)
      await advance(4999)
      server.exchanges.at(-1)?.end()
      await settle()
    }
    await planned()
    expect(states.at(-1)).toEqual({
      status: 'waiting',
      attempt: 1,
      retryAt: Date.now() + 500,
      offline: false,
    })
    await advance(500)
    await planned()
    expect(states.at(-1)).toMatchObject({ attempt: 2, retryAt: Date.now() + 750 })
    expect(failures).toEqual([])
  })

  test('if the stream lived under 5 s the announced time is still waited for', async () => {
    const { server, states } = openConnection()
    ;(await server.next()).open().send(`${HELLO}event: bye\ndata: 7000\n\n`).end()
    await settle()
    expect(states.at(-1)).toMatchObject({ attempt: 1, retryAt: Date.now() + 7000 })
  })

  test('what one stream announced does not outlive it', async () => {
    const { server, states } = openConnection()
    const stream = (await server.next()).open().send(HELLO)
    await advance(5000)
    stream.send('event: bye\ndata: 100\n\n').end()
    await advance(100)
    ;(await server.next()).open().send(HELLO).cut()
    await settle()
    expect(states.at(-1)).toMatchObject({ attempt: 1, error: { code: 'network' } })
  })
})

describe('user code throws: reportError; the stream and the others go on', () => {
  const bug = new Error('a bug of the page')
  const throwing = () => {
    throw bug
  }
  let reported: unknown[] = []
  beforeEach(() => {
    reported = []
    vi.stubGlobal('reportError', (thrown: unknown) => reported.push(thrown))
  })

  test('a listener', async () => {
    const { source, stream, state, messages } = await openedSource()
    source.on('message', throwing)
    const heard: unknown[] = []
    source.on('message', (data) => heard.push(data))
    stream.send('data: 1\n\ndata: 2\n\n')
    await settle()
    expect(heard).toEqual(['1', '2'])
    expect(messages).toEqual(['1', '2'])
    expect(reported).toEqual([bug, bug])
    expect(state().status).toBe('open')
    expect(stream.isLive).toBe(true)
  })

  test('a listener for errors', async () => {
    const scripted = openSource()
    scripted.source.on('error', throwing)
    ;(await scripted.server.next()).cut()
    await settle()
    expect(reported).toEqual([bug])
    expect(scripted.state().status).toBe('waiting')
  })

  test('a reducer: its message changes nothing, the next one does', async () => {
    const { source, stream } = await openedSource({ parse: 'json' })
    const sum = source.fold(0, (total, { data }) =>
      data === 2 ? throwing() : total + Number(data),
    )
    const stop = effect(() => void sum.value)
    await settle()
    stream.send('data: 1\n\ndata: 2\n\ndata: 3\n\n')
    await settle()
    expect(sum.peek()).toBe(4)
    expect(reported).toEqual([bug])
    stop()
  })

  test('an effect on state', async () => {
    const scripted = openSource()
    const stop = effect(() => {
      if (scripted.source.state.value.status === 'open') throwing()
    })
    ;(await scripted.server.next()).open().send('data: x\n\n')
    await settle()
    expect(scripted.state().status).toBe('open')
    expect(scripted.messages).toEqual(['x'])
    expect(reported).toEqual([bug])
    stop()
  })

  test('an effect on latest', async () => {
    const { source, stream, messages } = await openedSource()
    const stop = effect(() => {
      if (source.latest.value) throwing()
    })
    stream.send('data: 1\n\n')
    await settle()
    stream.send('data: 2\n\n')
    await settle()
    expect(messages).toEqual(['1', '2'])
    expect(reported[0]).toBe(bug)
    stop()
  })

  test('onDiagnostic', async () => {
    const { source, stream, messages } = await openedSource({ onDiagnostic: throwing })
    stream.send('data: x\n\n')
    await settle()
    source.close()
    expect(messages).toEqual(['x'])
    expect(reported).toContain(bug)
    expect(new Set(reported)).toEqual(new Set([bug]))
  })

  test('retryOn, which then has said nothing', async () => {
    const { server, state } = openSource({ retryOn: throwing })
    ;(await server.next()).cut()
    await settle()
    expect(state().status).toBe('waiting')
    expect(reported).toEqual([bug])
  })

  test.each(['headers', 'url', 'body', 'fetch', 'onUnauthorized'])(
    '%s is no listener: what it throws is the failure, and is not reported',
    async (option) => {
      const { server, state } = openSource({ [option]: throwing, method: 'POST' })
      await settle()
      server.exchanges[0]?.respond(401)
      await settle()
      const { error } = state() as { error?: Error }
      expect(error?.message).toContain(bug.message)
      expect(error?.cause).toBe(bug)
      expect(reported).toEqual([])
    },
  )
})

describe('an event over maxEventSize: skipped to its blank line and reported', () => {
  test('the connection stays, and the other events arrive', async () => {
    const { stream, state, messages, failures } = await openedSource({ maxEventSize: 10 })
    stream.send(`data: a\n\nevent: big\ndata: ${'x'.repeat(11)}\n\ndata: b\n\n`)
    await settle()
    expect(messages).toEqual(['a', 'b'])
    expect(failures).toHaveLength(1)
    expect(failures[0]).toBeInstanceOf(MessageError)
    expect(failures[0]).toMatchObject({ code: 'too-large', type: 'big', raw: 'xxxxxxxxxxx' })
    expect(state().status).toBe('open')
    expect(stream.isLive).toBe(true)
  })

  test('4 MiB of characters by default', async () => {
    const { stream, messages, failures } = await openedSource()
    const most = 'x'.repeat(4 * 1024 * 1024)
    stream.send(`data: ${most}\n\ndata: ${most}x\n\n`)
    await settle()
    expect(messages).toEqual([most])
    expect(failures).toMatchObject([{ code: 'too-large' }])
  })

  test('its id: and retry: count', async () => {
    const scripted = await openedSource({ maxEventSize: 10 })
    scripted.stream.send(`id: 7\nretry: 20000\ndata: ${'x'.repeat(11)}\n\n`)
    await settle()
    expect(scripted.source.lastEventId).toBe('7')
    scripted.stream.end()
    await settle()
    expect(waitOf(scripted)).toBe(20_000)
    expect((await nextAfterWait(scripted)).lastEventId).toBe('7')
  })
})

describe('what is no silence of the server', () => {
  test('the time that listeners take for what it sent', async () => {
    const { source, stream, messages, failures } = await openedSource({ heartbeatTimeout: 1000 })
    source.on('message', () => void vi.advanceTimersByTime(1))
    stream.send('data: x\n\n'.repeat(2000))
    while (messages.length < 2000) await settle()
    await advance(999)
    expect(failures).toEqual([])
    await advance(1)
    expect(failures).toMatchObject([{ code: 'silence' }])
  })

  test('a clock that is set back hides it for no more than a window', async () => {
    const { failures } = await openedSource({ heartbeatTimeout: 1000 })
    vi.setSystemTime(Date.now() - 3_600_000)
    await advance(2000)
    expect(failures).toMatchObject([{ code: 'silence' }])
  })
})
