/** A channel: signals that are live while watched, over the one stream that all channels share. */
import { effect } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, sendNumbers } from '../support/hub-network.js'
import { append, watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

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

describe('messages', () => {
  test('arrive by type, in order, with their ids', async () => {
    const { client, hub } = pair()
    const news = client.channel('news')
    const heard: unknown[] = []
    news.on('n', (data, message) => heard.push([data, message.type, message.id]))
    news.on('other', (data) => heard.push(data))
    await settle()
    const { id } = await hub.to('news').send('n', { deep: [1] })
    await hub.to('news').send('other')
    await settle()
    expect(heard).toEqual([[{ deep: [1] }, 'n', id], undefined])
  })

  test('of one read are one change of the signals', async () => {
    const { client, hub } = pair()
    const { latest, messages, on, latestOf } = client.channel('news')
    let runs = 0
    effect(() => {
      void [latest.value, messages.value, latestOf('n').value]
      runs++
    })
    let calls = 0
    on('n', () => calls++)
    await settle()
    const before = runs
    await sendNumbers(hub, 'news', 1, 1000)
    expect(calls).toBe(1000)
    expect(runs - before).toBe(1)
    expect(messages.value).toHaveLength(100)
    expect(latestOf('n').value?.data).toBe(1000)
  })

  test('fold, iteration and throttle work as on a source', async () => {
    const { client, hub } = pair()
    const slow = client.channel('news', { throttle: 100 })
    const { shown } = watched(slow.latest)
    const sum = watched(client.channel('news').fold(0, (n, { data }) => n + Number(data)))
    const iterator = client.channel('news')[Symbol.asyncIterator]()
    await settle()
    for (let n = 1; n <= 5; n++) {
      await sendNumbers(hub, 'news', n, n)
      await advance(10)
    }
    await advance(100)
    expect(shown.map((message) => message?.data)).toEqual([undefined, 1, 5])
    expect(sum.shown.at(-1)).toBe(15)
    expect(await iterator.next()).toMatchObject({ done: false, value: { data: 1 } })
    await iterator.return?.()
  })

  test('of type error arrive as a RemoteError', async () => {
    const { client, hub } = pair()
    const errors: unknown[] = []
    client.channel('news').on('error', ({ code, message }) => errors.push([code, message]))
    await settle()
    await hub.to('news').send('error', { message: 'disk full' })
    await settle()
    expect(errors).toEqual([['remote', 'disk full']])
  })

  test('of a volatile channel have no ids', async () => {
    const { client, hub } = pair()
    const ids: string[] = []
    hear(client.channel('a'))
    client.channel('quiet').on('*', (_, { id }) => ids.push(id))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'quiet', 1, 2)
    expect(ids).toEqual(['', ''])
  })

  test('that a listener of one channel chokes on reach the others', async () => {
    const { client, hub } = pair()
    client.channel('a').on('n', () => {
      throw new Error('mine')
    })
    const heard = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'b', 1, 1)
    expect(heard).toEqual([1])
    expect(reported.splice(0)).toMatchObject([{ message: 'mine' }])
  })
})

describe('names and options', () => {
  test.each(['', 'a//b', '/a', 'a\n', 'users/:id', '*all', '..'])('%j is no name', (name) => {
    const { client } = pair()
    expect(() => client.channel(name as 'a')).toThrow(/is no channel name/)
    expect(() => client.subscribe(name as 'a')).toThrow(TypeError)
  })

  test.each<[object, RegExp]>([
    [{ history: -1 }, /channel\("a"\): the option "history"/],
    [{ queue: 0 }, /"queue"/],
    [{ throttle: 'often' }, /"throttle"/],
    [{ replay: 5 }, /"replay" takes 'earliest', \{ last: n \} or an id/],
    [{ replay: { last: -1 } }, /"replay"/],
    [{ replay: 'a b' }, /"replay"/],
  ])('%j cannot be meant', (options, said) => {
    const { client } = pair()
    expect(() => client.channel('a', options)).toThrow(said)
  })
})
