/** A channel: signals that are live while watched, over the one stream that all channels share. */
import { SSEClient } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { pair, sendNumbers } from '../support/hub-network.js'
import { append, watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('watching', () => {
  test('constructing a client and looking at channels requests nothing', async () => {
    const { client, network } = pair()
    const news = client.channel('news')
    expect(news.latest.value).toBeUndefined()
    expect(news.messages.peek()).toEqual([])
    watched(news.status)
    watched(news.gap)
    watched(news.error)
    watched(client.state)
    await settle()
    expect(network.opens).toEqual([])
    expect(news.status.value).toBe('idle')
  })

  test.each<[string, (channel: ReturnType<ReturnType<typeof pair>['client']['channel']>) => void]>([
    ['latest', ({ latest }) => watched(latest)],
    ['messages', ({ messages }) => watched(messages)],
    ['latestOf', ({ latestOf }) => watched(latestOf('n'))],
    ['a fold', ({ fold }) => watched(fold([], append))],
    ['on', ({ on }) => on('n', () => {})],
    ['iteration', (channel) => void channel[Symbol.asyncIterator]().next()],
  ])('%s holds the channel', async (_, hold) => {
    const { client, hub } = pair()
    hold(client.channel('news'))
    await settle()
    expect(client.channel('news').status.value).toBe('live')
    expect(hub.subscriberCount('news')).toBe(1)
  })

  test('status goes from idle over joining to live, and back when the last one left', async () => {
    const { client, hub } = pair()
    const { status, latest } = client.channel('news')
    const { shown } = watched(status)
    const { stop } = watched(latest)
    await settle()
    stop()
    await advance(249)
    expect(hub.subscriberCount('news')).toBe(1)
    await advance(1)
    expect(shown).toEqual(['idle', 'joining', 'live', 'idle'])
    expect(hub.connectionCount).toBe(0)
    expect(client.state.value).toEqual({ status: 'idle' })
  })

  test('who comes back within the grace finds everything as it was', async () => {
    const { client, hub, network } = pair()
    const { latest, status } = client.channel('news')
    const first = watched(latest)
    await settle()
    await sendNumbers(hub, 'news', 1, 1)
    first.stop()
    await advance(200)
    const second = watched(latest)
    await advance(1000)
    expect(second.shown).toMatchObject([{ data: 1 }])
    expect(status.value).toBe('live')
    expect(network.opens).toHaveLength(1)
    expect(network.controls).toEqual([])
  })

  test('a release clears what the channel held', async () => {
    const { client, hub } = pair()
    const { latest, messages, error } = client.channel('news')
    const { stop } = watched(latest)
    client.connect()
    await settle()
    await sendNumbers(hub, 'news', 1, 3)
    expect(messages.value).toHaveLength(3)
    stop()
    await advance(250)
    expect(latest.value).toBeUndefined()
    expect(messages.value).toEqual([])
    expect(error.value).toBeUndefined()
  })

  test('what comes and goes in one task costs nothing', async () => {
    const { client, network } = pair()
    watched(client.channel('news').latest).stop()
    client.subscribe('news').close()
    await advance(1000)
    expect(network.opens).toEqual([])
    expect(network.controls).toEqual([])
  })

  test('connect() opens without any channel and keeps open', async () => {
    const { client, hub } = pair()
    client.connect()
    await settle()
    expect(hub.connectionCount).toBe(1)
    expect(client.connected).toBe(true)
    const subscription = client.subscribe('news')
    await settle()
    subscription.close()
    await advance(1000)
    expect(hub.connectionCount).toBe(1)
  })

  test('reconnect() of a client that nobody holds opens nothing', async () => {
    const { client, network } = pair()
    client.reconnect()
    await advance(1000)
    expect(network.opens).toEqual([])
    expect(client.status.value).toBe('idle')
  })
})

describe('sharing', () => {
  test('the same name and options are the same object', () => {
    const { client } = pair({ history: 7 })
    expect(client.channel('a')).toBe(client.channel('a', {}))
    expect(client.channel('a')).toBe(client.channel('a', { history: 7, throttle: undefined }))
    expect(client.channel('a')).not.toBe(client.channel('a', { history: 8 }))
    expect(client.channel('a')).not.toBe(client.channel('b'))
    expect(client.channel('a', { replay: { last: 1 } })).toBe(
      client.channel('a', { replay: { last: 1 } }),
    )
    expect(client.channel('a', { replay: { last: 1 } })).not.toBe(client.channel('a'))
    expect(client.channel('a', { history: Number.POSITIVE_INFINITY })).not.toBe(client.channel('a'))
    expect(client.subscribe('a').channel).toBe(client.channel('a'))
  })

  test('views with different options share one subscription', async () => {
    const { client, hub, network } = pair()
    const one = watched(client.channel('a', { history: 1 }).messages)
    const two = watched(client.channel('a', { history: 2 }).messages)
    await settle()
    await sendNumbers(hub, 'a', 1, 3)
    expect(one.shown.at(-1)).toMatchObject([{ data: 3 }])
    expect(two.shown.at(-1)).toMatchObject([{ data: 2 }, { data: 3 }])
    expect(hub.subscriberCount('a')).toBe(1)
    expect(network.opens).toMatchObject([{ channels: [{ name: 'a' }] }])
    one.stop()
    await advance(1000)
    await sendNumbers(hub, 'a', 4, 4)
    expect(two.shown.at(-1)).toMatchObject([{ data: 3 }, { data: 4 }])
    expect(one.shown.at(-1)).toMatchObject([{ data: 3 }])
  })

  test('ten channels watched in one task are one request', async () => {
    const { client, hub, network } = pair()
    for (let n = 0; n < 10; n++) watched(client.channel(`rooms/${n}`).latest)
    await settle()
    expect(network.opens).toHaveLength(1)
    expect(network.controls).toEqual([])
    expect(hub.activeChannels).toHaveLength(10)
  })
})

test('many names cost no look through all of them each', () => {
  const looks = vi.spyOn(WeakRef.prototype, 'deref')
  const client = new SSEClient()
  for (let n = 0; n < 1000; n++) client.channel(`rooms/${n}`)
  const { length } = looks.mock.calls
  looks.mockRestore()
  expect(length).toBeLessThan(10_000)
})
