/** The one stream of a client through silence, replacement and planned ends. */
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { eventsOf, hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('silence', () => {
  test('is answered by a stream beside the old one: the state stays open, and nothing is lost', async () => {
    const it = pair()
    const events = eventsOf(it)
    const { shown } = watched(it.client.status)
    const a = hear(it.client.channel('a'))
    await settle()
    await sendNumbers(it.hub, 'a', 1, 1)
    it.network.stall(true)
    await sendNumbers(it.hub, 'a', 2, 2)
    await advance(37_400)
    expect(it.network.opens).toHaveLength(1)
    await advance(200)
    expect(it.network.opens).toHaveLength(2)
    it.network.stall(false)
    await settle()
    await sendNumbers(it.hub, 'a', 3, 3)
    expect(a).toEqual([1, 2, 3])
    expect(shown).toEqual(['idle', 'connecting', 'open'])
    expect(events).toEqual(['connected'])
    expect(it.hub.connectionCount).toBe(1)
    expect(it.network.opens[1]?.replaces).toBeDefined()
  })

  test('does not come while heartbeats do', async () => {
    const it = pair()
    hear(it.client.channel('a'))
    await advance(600_000)
    expect(it.network.opens).toHaveLength(1)
  })

  test('is not seen between heartbeats that are quicker than a clock can be trusted', async () => {
    const it = pair({ makeHub: () => plainHub({ heartbeat: 15 }) })
    hear(it.client.channel('a'))
    await advance(10_000)
    expect(it.network.opens).toHaveLength(1)
  })

  test('is judged by the heartbeat of the quickest channel', async () => {
    const it = pair({
      makeHub: () => {
        const hub = plainHub()
        hub.channel('live', { heartbeat: 1000 })
        return hub
      },
    })
    it.client.subscribe('a')
    await settle()
    it.client.subscribe('live')
    await advance(5000)
    it.network.stall(true)
    await advance(2600)
    expect(it.network.opens).toHaveLength(2)
    it.network.stall(false)
  })
})

test('reconnect() overlaps: state, status and channels do not flicker', async () => {
  const it = pair()
  const events = eventsOf(it)
  const { shown } = watched(it.client.status)
  const a = hear(it.client.channel('a'))
  await settle()
  for (let n = 1; n <= 5; n++) {
    void it.hub.to('a').send('n', n)
    it.client.reconnect()
    await settle()
  }
  expect(a).toEqual([1, 2, 3, 4, 5])
  expect(shown).toEqual(['idle', 'connecting', 'open'])
  expect(events).toEqual(['connected'])
  expect(it.network.opens).toHaveLength(6)
  expect(it.hub.connectionCount).toBe(1)
})

describe('a planned end', () => {
  test('by drain is a silent return, spread over time', async () => {
    const hub = plainHub()
    const pairs = Array.from({ length: 8 }, () => {
      const it = pair({ makeHub: () => hub })
      const events = eventsOf(it)
      const heard = hear(it.client.channel('a'))
      return { ...it, events, heard }
    })
    await advance(10_000)
    const next = plainHub()
    for (const { network } of pairs) network.hub = next
    const drained = hub.drain({ over: 4000 })
    await advance(300)
    expect(hub.connectionCount).toBeGreaterThan(0)
    await advance(10_000)
    await drained
    expect(next.connectionCount).toBe(8)
    for (const { events, client, facts } of pairs) {
      expect(events).toEqual(['connected'])
      expect(client.error.value).toBeUndefined()
      expect(facts.filter(({ type, error }) => type === 'state' && error)).toEqual([])
    }
    await next.close()
  })

  test('by age is one too, and nothing is lost', async () => {
    const it = pair({ makeHub: () => plainHub({ maxAge: 20_000 }) })
    const events = eventsOf(it)
    const a = hear(it.client.channel('a'))
    await settle()
    for (let n = 1; n <= 100; n++) {
      await sendNumbers(it.hub, 'a', n, n)
      await advance(1000)
    }
    await advance(5000)
    expect(it.network.opens.length).toBeGreaterThan(3)
    expect(a).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
    expect(events).toEqual(['connected'])
  })

  test('by close() of the hub is one too; while it is away the client waits', async () => {
    const it = pair()
    const events = eventsOf(it)
    hear(it.client.channel('a'))
    await advance(10_000)
    await it.hub.close()
    await settle()
    expect(it.client.state.value).toMatchObject({ status: 'waiting' })
    expect(it.client.error.value).toBeUndefined()
    expect(events).toEqual(['connected'])
    it.network.hub = plainHub()
    await advance(10_000)
    expect(it.client.connected).toBe(true)
    expect(events).toEqual(['connected'])
  })
})
