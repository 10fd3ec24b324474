import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { open, openBody, post } from '../support/hub-reader.js'

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

  test('grant by true alone; a throw, and an answer that is neither yes nor no, is a refusal that onError hears of', async () => {
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
    expect(onError).toHaveBeenCalledTimes(5)
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
