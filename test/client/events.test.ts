/** What the events of a client tell of its one stream, and how it fails for good. */
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { eventsOf, hear, opened, pair, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

describe('events', () => {
  test('of a break: disconnected, error, reconnecting, and connected again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const it = pair()
    const events = eventsOf(it)
    it.client.connect()
    await settle()
    it.network.isDown = true
    it.network.cut()
    await settle()
    expect(it.client.connected).toBe(false)
    expect(it.client.error.value?.code).toBe('network')
    await advance(600)
    it.network.isDown = false
    await advance(5000)
    expect(events).toEqual([
      'connected',
      'disconnected network',
      'error network',
      'reconnecting 1 true',
      'error network',
      'reconnecting 2 true',
      'connected',
    ])
    expect(it.client.error.value).toBeUndefined()
  })

  test('of a client that never gets through: no disconnected, for it never was connected', async () => {
    const it = pair({ maxReconnectAttempts: 2 })
    const events = eventsOf(it)
    it.network.isDown = true
    it.client.connect()
    await advance(60_000)
    expect(events.filter((event) => !event.startsWith('reconnecting'))).toEqual([
      'error network',
      'error network',
      'error network',
    ])
    expect(it.client.state.value).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('of the verbs', async () => {
    const it = pair()
    const events = eventsOf(it)
    const { shown } = watched(it.client.channel('a').status)
    it.client.subscribe('a')
    await settle()
    it.client.disconnect()
    await settle()
    expect(it.client.state.value).toEqual({ status: 'paused', reasons: ['user'] })
    await advance(60_000)
    expect(it.hub.connectionCount).toBe(0)
    await sendNumbers(it.hub, 'a', 1, 1)
    const heard = hear(it.client.channel('a'))
    it.client.connect()
    await settle()
    expect(heard).toEqual([1])
    it.client.close()
    expect(events).toEqual(['connected', 'disconnected', 'connected', 'disconnected'])
    expect(shown).toEqual(['idle', 'joining', 'live', 'resuming', 'live', 'closed'])
  })

  test('are heard by everybody until they stop listening; what a listener throws is reported', async () => {
    const { client } = pair()
    const heard: string[] = []
    const listener = () => heard.push('same')
    const stop = client.on('connected', listener)
    client.on('connected', listener)
    client.on('connected', () => {
      throw new Error('mine')
    })
    client.on('connected', () => heard.push('last'))
    stop()
    stop()
    client.connect()
    await settle()
    expect(heard).toEqual(['same', 'last'])
    expect(reported.splice(0)).toMatchObject([{ message: 'mine' }])
  })

  test('say nothing of reconnecting where a listener closed the client, told of the error', async () => {
    const it = await opened()
    const events = eventsOf(it)
    it.client.on('error', () => it.client.close())
    it.network.cut()
    await settle()
    expect(it.client.state.value).toEqual({ status: 'closed', reason: 'user' })
    expect(events).toEqual(['disconnected network', 'error network'])
  })

  test('are heard in order, though a listener before them moved on', async () => {
    const it = pair()
    it.client.on('connected', () => it.client.disconnect())
    const events = eventsOf(it)
    it.client.connect()
    await settle()
    expect(events).toEqual(['connected', 'disconnected'])
    it.client.connect()
    await settle()
    expect(events).toEqual(['connected', 'disconnected', 'connected', 'disconnected'])
  })

  test('are not heard by a listener that another one ended, nor yet by one that it began', async () => {
    const { client } = pair()
    const heard: string[] = []
    client.on('connected', () => {
      stop()
      client.on('connected', () => heard.push('begun'))
    })
    const stop = client.on('connected', () => heard.push('ended'))
    client.on('connected', () => heard.push('last'))
    client.connect()
    await settle()
    expect(heard).toEqual(['last'])
  })

  test('connected is tracked by an effect that reads it', async () => {
    const { client } = pair()
    const { shown } = watched({
      get value() {
        return client.connected
      },
    })
    client.connect()
    await settle()
    client.disconnect()
    expect(shown.filter((now, at) => now !== shown[at - 1])).toEqual([false, true, false])
  })
})

describe('a failure for good', () => {
  test('ends loops with its error, and connect() begins again', async () => {
    const it = pair()
    const channel = it.client.channel('a')
    const loop = channel[Symbol.asyncIterator]()
    const next = loop.next().catch((error: unknown) => error)
    it.network.onOpen = () => new Response(null, { status: 403 })
    await settle()
    expect(await next).toMatchObject({ code: 'status', status: 403 })
    const { shown } = watched(channel.latest)
    await settle()
    expect(channel.status.value).toBe('closed')
    it.network.onOpen = undefined
    it.client.connect()
    await settle()
    expect(channel.status.value).toBe('live')
    await sendNumbers(it.hub, 'a', 1, 1)
    expect(shown.at(-1)).toMatchObject({ data: 1 })
  })

  test('forgets what nobody watches, since what comes later does not follow it', async () => {
    const it = pair()
    const channel = it.client.channel('a')
    const { stop } = watched(channel.messages)
    await settle()
    await sendNumbers(it.hub, 'a', 1, 1)
    it.network.onOpen = () => new Response(null, { status: 403 })
    it.network.cut()
    await advance(2000)
    expect(it.client.status.value).toBe('closed')
    expect(channel.messages.value).toHaveLength(1)
    stop()
    await advance(250)
    expect(channel.messages.value).toEqual([])
  })
})
