import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChannelError } from '../../src/errors.js'
import { createHub } from '../../src/server/index.js'
import { get, open, openBody, post } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const byHeader = { identify: (request: Request) => request.headers.get('user') }
const as = (user: string) => ({ user })

describe('rules', () => {
  test('get the request and the principal, and the parameters by position', async () => {
    const rule = vi.fn(() => true)
    const hub = createHub({ identify: () => ({ id: 7, role: 'admin' }) })
    hub.channel('files/:user/*path', rule)
    await open(hub, ['files/ann/a/b.txt'])
    expect(rule).toHaveBeenCalledWith(
      { request: expect.any(Request), principal: { id: 7, role: 'admin' } },
      { user: 'ann', path: 'a/b.txt' },
    )
  })

  test('get what context returns, also from the second argument of fetch', async () => {
    const rule = vi.fn(() => true)
    const hub = createHub({ context: (_request, given: { user: string }) => given })
    hub.channel('a', rule)
    await hub.fetch(post(openBody(['a'])), { user: 'ann' })
    expect(rule).toHaveBeenCalledWith({ user: 'ann' }, {})
  })

  test('do not take the second argument of a runtime for a context', async () => {
    const rule = vi.fn(() => true)
    const hub = createHub()
    hub.channel('a', rule)
    await hub.fetch(post(openBody(['a'])), { env: 'of the runtime' })
    expect(rule).toHaveBeenCalledWith({ request: expect.any(Request), principal: null }, {})
  })

  test('are asked in parallel', async () => {
    let asked = 0
    const hub = createHub()
    hub.channel('users/:id', () => {
      asked++
      return new Promise(() => {})
    })
    await open(hub, ['users/1', 'users/2', 'users/3'])
    expect(asked).toBe(3)
  })

  test('that take long hold up nobody else', async () => {
    const hub = createHub()
    hub.channel('a')
    hub.channel('slow', () => new Promise(() => {}))
    const { id } = await hub.to('a').send('n', 1)
    await hub.to('a').send('n', 2)
    const stream = await open(hub, ['slow', 'a'], { last: id })
    await vi.advanceTimersByTimeAsync(60)
    expect(await stream.message()).toMatchObject({ d: 2, i: expect.any(String) })
    expect((await stream.control('sub')).channels).toEqual({ a: 'ok' })
    await hub.to('a').send('n', 3)
    await stream.settled()
    expect(stream.lastEventId).toBe(id)
    await vi.advanceTimersByTimeAsync(5000)
    expect((await stream.control('sub')).channels).toEqual({ slow: 'unavailable' })
    await hub.to('a').send('n', 4)
    await stream.settled()
    expect(stream.blocks.at(-1)).toMatchObject({ named: true, type: 'message' })
  })

  test('grant by true alone, and a throw is a refusal that onError hears of', async () => {
    const onError = vi.fn()
    const hub = createHub({ onError })
    const odd = (said: unknown) => () => said as boolean
    hub.channel('nothing', odd(undefined))
    hub.channel('one', odd(1))
    hub.channel('not-ok', odd({ ok: 'yes' }))
    hub.channel('past', () => ({ ok: true, expiresAt: Date.now() - 1 }))
    hub.channel('nan', () => ({ ok: true, expiresAt: Number.NaN }))
    hub.channel('thrown', () => {
      throw new Error('no database')
    })
    hub.channel('rejected', async () => {
      throw new Error('no database')
    })
    const names = ['nothing', 'one', 'not-ok', 'past', 'nan', 'thrown', 'rejected']
    const stream = await open(hub, names)
    const { channels } = await stream.control('sub')
    expect(channels).toEqual(Object.fromEntries(names.map((name) => [name, 'denied'])))
    expect(onError).toHaveBeenCalledTimes(3)
  })

  test('stand while a name stays in the set', async () => {
    const rule = vi.fn(() => false)
    const hub = createHub()
    hub.channel('a', rule)
    const stream = await open(hub, ['a'])
    const { conn } = await stream.control('hello')
    for (const rev of [2, 3]) await hub.fetch(post({ conn, rev, channels: [{ name: 'a' }] }))
    expect(rule).toHaveBeenCalledOnce()
    await hub.fetch(post({ conn, rev: 4, channels: [] }))
    await hub.fetch(post({ conn, rev: 5, channels: [{ name: 'a' }] }))
    expect(rule).toHaveBeenCalledTimes(2)
  })

  test('are asked again for replay, at each opening', async () => {
    let allowed = true
    const hub = createHub()
    hub.channel('a', () => allowed)
    const first = await open(hub, ['a'])
    const { id } = await first.control('sub')
    await first.close()
    await hub.to('a').send('n', 1)
    allowed = false
    const stream = await open(hub, ['a'], { last: id })
    expect((await stream.control('sub')).channels).toEqual({ a: 'denied' })
    await stream.settled()
    expect(stream.blocks.some(({ type }) => type === 'message')).toBe(false)
  })

  test('are asked again when they expire, and revoke what is not granted again', async () => {
    let until = Date.now() + 10_000
    const rule = vi.fn(() => ({ ok: Date.now() < until, expiresAt: Date.now() + 10_000 }))
    const hub = createHub()
    hub.channel('a', rule)
    const stream = await open(hub, ['a'])
    until = Date.now() + 15_000
    await vi.advanceTimersByTimeAsync(10_300)
    expect(rule).toHaveBeenCalledTimes(2)
    expect(hub.subscriberCount('a')).toBe(1)
    await vi.advanceTimersByTimeAsync(10_300)
    expect(await stream.control('revoked')).toMatchObject({ channels: ['a'] })
    expect(hub.subscriberCount('a')).toBe(0)
  })

  test('that expire and do not answer in time revoke', async () => {
    let calls = 0
    const hub = createHub({ authorizeTimeout: 1000 })
    hub.channel('a', () =>
      calls++ === 0 ? { ok: true, expiresAt: Date.now() + 5000 } : new Promise<never>(() => {}),
    )
    const stream = await open(hub, ['a'])
    await vi.advanceTimersByTimeAsync(6500)
    expect(await stream.control('revoked')).toMatchObject({ channels: ['a'] })
  })
})

describe('sending', () => {
  const build = () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    hub.channel('users/:id')
    return hub
  }

  test('resolves with the id, by send, data and the handle of a channel', async () => {
    const hub = createHub()
    const news = hub.channel('news')
    const stream = await open(hub, ['news'])
    await hub.to('news').send('alert', { level: 'info' })
    await hub.to('news').data(7)
    const { id } = await news.send({ type: 'x', data: [1] })
    expect(await stream.message()).toMatchObject({ e: 'alert', d: { level: 'info' } })
    expect(await stream.message()).toMatchObject({ e: 'message', d: 7 })
    expect(await stream.message()).toMatchObject({ e: 'x', d: [1], id })
    expect(news.count()).toBe(1)
  })

  test('throws at once for what cannot be sent', () => {
    const hub = build()
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => hub.to('nowhere')).toThrow(ChannelError)
    expect(() => hub.to('nowhere')).toThrow(/Declare it/)
    expect(() => hub.to('users/:id' as 'users/7')).toThrow(TypeError)
    expect(() => hub.to('a\nb')).toThrow(TypeError)
    expect(() => hub.to('a').send('x\ny')).toThrow(TypeError)
    expect(() => hub.to('a').send('')).toThrow(TypeError)
    expect(() => hub.to('a').send('hub')).toThrow(/hub's own/)
    expect(() => hub.to('a').send('x', circle)).toThrow(TypeError)
    expect(() => hub.to('a').send('x', () => {})).toThrow(TypeError)
    expect(() => hub.to('a').send('x', 'y'.repeat(256 * 1024))).toThrow(RangeError)
    expect(() => hub.to('a').send('x', 'ü'.repeat(128 * 1024))).toThrow(RangeError)
    expect(() => hub.to('a').send('x', 'y'.repeat(256 * 1024 - 2))).not.toThrow()
  })

  test('keeps it from client ids, connection ids and principal ids, in replay too', async () => {
    const hub = build()
    const cid = 'c~0123456789abcdef'
    const ann = await open(hub, ['a'], {}, as('ann'))
    const bob = await open(hub, ['a'], { cid }, as('bob'))
    const cleo = await open(hub, ['a'], {}, as('cleo'))
    const { conn } = await cleo.control('hello')
    const { id } = await ann.control('sub')
    await hub.to('a').except('ann', cid).except(conn, 7).send('n', 1)
    await hub.to('a').send('n', 2)
    for (const stream of [ann, bob, cleo]) expect(await stream.message()).toMatchObject({ d: 2 })
    const dora = await open(hub, ['a'], { last: id }, as('dora'))
    expect(await dora.message()).toMatchObject({ d: 1 })
    const again = await open(hub, ['a'], { last: id, cid }, as('bob'))
    expect(await again.message()).toMatchObject({ d: 2 })
  })

  test('goes to some alone, in replay too', async () => {
    const hub = build()
    const ann = await open(hub, ['a'], {}, as('ann'))
    const bob = await open(hub, ['a'], {}, as('bob'))
    const { id } = await bob.control('sub')
    await hub.to('a').only('ann').send('n', 1)
    await hub.to('a').send('n', 2)
    expect(await ann.message()).toMatchObject({ d: 1 })
    expect(await bob.message()).toMatchObject({ d: 2 })
    const again = await open(hub, ['a'], { last: id }, as('bob'))
    expect(await again.message()).toMatchObject({ d: 2 })
  })

  test('keeps the order even where a reader of facts sends', async () => {
    const hub = createHub({
      limits: { backlog: 1 },
      onDiagnostic: ({ type }) => {
        if (type === 'closed') void hub.to('a').send('n', 'of the fact')
      },
    })
    hub.channel('a')
    const stalled = await hub.fetch(post(openBody(['a'])))
    const stream = await open(hub, ['a'])
    const body = 'x'.repeat(70_000)
    const sent: unknown[] = []
    for (let count = 0; count < 4; count++) {
      await hub.to('a').send('n', `${count}${body}`)
      await stream.settled()
    }
    while (sent.length < 5) sent.push(String((await stream.message()).d).slice(0, 1))
    expect(sent.filter((first) => first !== 'o')).toEqual(['0', '1', '2', '3'])
    expect(stalled.status).toBe(200)
  })

  test('a task tells its progress, and its failure without its text', async () => {
    const onError = vi.fn()
    const hub = createHub({ onError })
    hub.channel('upload/:id')
    const stream = await open(hub, ['upload/1'])
    await hub.to('upload/1').progress(async (update) => {
      update(50, 'half')
      await Promise.resolve()
    })
    await hub.to('upload/1').progress(() => {
      throw new Error('password of the database')
    })
    await hub.to('upload/1').progress(() => Promise.reject(new Error('too big')), {
      errorMessage: (error) => (error as Error).message,
    })
    const told = []
    for (let count = 0; count < 4; count++) told.push(await stream.message())
    expect(told).toMatchObject([
      { e: 'progress', d: { percent: 50, message: 'half' } },
      { e: 'complete', d: { percent: 100 } },
      { e: 'error', d: { message: 'failed' } },
      { e: 'error', d: { message: 'too big' } },
    ])
    expect(onError).toHaveBeenCalledTimes(2)
  })
})

describe('declaring', () => {
  test('adds headers of a channel to the response that opens with it', async () => {
    const hub = createHub()
    hub.channel('a', { headers: { 'x-build': '7', 'content-type': 'text/html' } })
    const { headers } = await hub.fetch(post(openBody(['a'])))
    expect(headers.get('x-build')).toBe('7')
    expect(headers.get('content-type')).toContain('text/event-stream')
  })

  test('refuses numbers and origins that cannot be meant', () => {
    expect(() => createHub({ heartbeat: 0 })).toThrow(RangeError)
    expect(() => createHub({ limits: { backlog: Number.NaN } })).toThrow(/limits.backlog/)
    expect(() => createHub().channel('a', { heartbeat: -1 })).toThrow(RangeError)
    expect(() => createHub({ cors: 'https://example.com/' })).toThrow(/no origin/)
  })
})

describe('counting', () => {
  test('knows who is there, and forgets who left', async () => {
    const hub = createHub()
    hub.channel('users/:id')
    const first = await open(hub, ['users/1', 'users/2'])
    const second = await open(hub, ['users/1'])
    expect([hub.connectionCount, hub.subscriberCount('users/1')]).toEqual([2, 2])
    expect(hub.activeChannels).toEqual(['users/1', 'users/2'])
    await first.close()
    expect([hub.connectionCount, hub.subscriberCount('users/1')]).toEqual([1, 1])
    await second.close()
    expect(hub.activeChannels).toEqual([])
  })

  test('sees a request that is aborted, and one that was before it was answered', async () => {
    const hub = createHub()
    hub.channel('slow', () => new Promise(() => {}))
    const controller = new AbortController()
    const request = (signal: AbortSignal) => new Request(post(openBody(['slow'])), { signal })
    await hub.fetch(request(controller.signal))
    expect(hub.connectionCount).toBe(1)
    controller.abort()
    expect(hub.connectionCount).toBe(0)
    await hub.fetch(request(controller.signal)).catch(() => {})
    expect(hub.connectionCount).toBe(0)
  })

  test('presence is of principals, and settles for 5 s', async () => {
    const told: string[] = []
    const hub = createHub({
      ...byHeader,
      onJoin: ({ channel, principal }) => told.push(`${principal} came to ${channel}`),
      onLeave: ({ channel, principal }) => told.push(`${principal} left ${channel}`),
    })
    hub.channel('a')
    const first = await open(hub, ['a'], {}, as('ann'))
    const second = await open(hub, ['a'], {}, as('ann'))
    await first.close()
    await vi.advanceTimersByTimeAsync(6000)
    await second.close()
    await vi.advanceTimersByTimeAsync(3000)
    const third = await open(hub, ['a'], {}, as('ann'))
    await vi.advanceTimersByTimeAsync(6000)
    expect(told).toEqual(['ann came to a'])
    await third.close()
    await vi.advanceTimersByTimeAsync(5300)
    expect(told).toEqual(['ann came to a', 'ann left a'])
  })

  test('an anonymous stream is present for itself', async () => {
    const onJoin = vi.fn()
    const hub = createHub({ onJoin })
    hub.channel('a')
    await open(hub, ['a'])
    await open(hub, ['a'])
    expect(onJoin).toHaveBeenCalledTimes(2)
    expect(onJoin).toHaveBeenCalledWith({ channel: 'a', principal: null })
  })
})

describe('revoking', () => {
  test('ends a channel for some, or for everybody, and leaves the others', async () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    hub.channel('b')
    const ann = await open(hub, ['a', 'b'], {}, as('ann'))
    const bob = await open(hub, ['a', 'b'], {}, as('bob'))
    hub.revoke('a', 'ann')
    expect(await ann.control('revoked')).toMatchObject({ channels: ['a'] })
    expect(hub.subscriberCount('a')).toBe(1)
    await hub.to('a').send('n', 1)
    await hub.to('b').send('n', 2)
    expect(await ann.message()).toMatchObject({ c: 'b' })
    expect(await bob.message()).toMatchObject({ c: 'a' })
    hub.revoke('b')
    expect([hub.subscriberCount('b'), hub.connectionCount]).toEqual([0, 2])
  })

  test('leaves the channel denied while the name stays in the set', async () => {
    const hub = createHub()
    hub.channel('a')
    const stream = await open(hub, ['a'])
    const { conn } = await stream.control('hello')
    await stream.control('sub')
    hub.revoke('a')
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'a', since: 'earliest' }] }))
    expect((await stream.control('sub')).channels).toEqual({ a: 'denied' })
  })
})

describe('the end', () => {
  test('drain ends streams over a time, not all at once', async () => {
    const hub = createHub()
    for (let count = 0; count < 50; count++) await open(hub, [])
    const drained = vi.fn()
    void hub.drain({ over: 10_000 }).then(drained)
    await vi.advanceTimersByTimeAsync(5000)
    expect(hub.connectionCount).toBeGreaterThan(5)
    expect(hub.connectionCount).toBeLessThan(45)
    expect(drained).not.toHaveBeenCalled()
    await vi.advanceTimersByTimeAsync(5300)
    expect(drained).toHaveBeenCalled()
  })

  test('close leaves nothing behind: no stream, no channel, no timer', async () => {
    const onError = vi.fn()
    const onLeave = vi.fn()
    const hub = createHub({ onError, onLeave })
    hub.channel('a', () => ({ ok: true, expiresAt: Date.now() + 60_000 }))
    hub.channel('slow', () => new Promise(() => {}))
    const stream = await open(hub, ['a', 'slow'])
    await vi.advanceTimersByTimeAsync(60)
    let aborted = false
    hub.channel('task')
    void hub.to('task').progress(async (_update, signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      aborted = true
    })
    await hub.close()
    expect(await stream.ended).toBe('end')
    await vi.advanceTimersByTimeAsync(0)
    expect([hub.connectionCount, hub.activeChannels, vi.getTimerCount()]).toEqual([0, [], 0])
    expect(aborted).toBe(true)
    expect(onLeave).toHaveBeenCalledOnce()
    expect((await hub.fetch(get('channel=a'))).status).toBe(503)
    await expect(hub.to('a').send('n')).rejects.toThrow('closed')
    expect(onError).toHaveBeenCalledOnce()
  })

  test('a hub without streams waits for nothing', async () => {
    const hub = createHub()
    hub.channel('a')
    await hub.to('a').send('n')
    expect(vi.getTimerCount()).toBe(0)
    const stream = await open(hub, ['a'])
    expect(vi.getTimerCount()).toBe(1)
    await stream.close()
    await vi.advanceTimersByTimeAsync(300)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a reader of facts hears what happens, and may throw', async () => {
    const facts: string[] = []
    const onError = vi.fn()
    const hub = createHub({
      onError,
      onDiagnostic({ type, at }) {
        facts.push(`${type} ${typeof at}`)
        throw new Error('of the reader')
      },
    })
    hub.channel('a')
    const stream = await open(hub, ['a'], { last: 'old.1' })
    await stream.close()
    await hub.fetch(post('nonsense'))
    expect(facts).toEqual(['opened number', 'gap number', 'closed number', 'refused number'])
    expect(onError).toHaveBeenCalledTimes(4)
  })
})
