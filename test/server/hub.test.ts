import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
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
