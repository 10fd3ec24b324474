/** The one stream of a client through silence, planned ends and the user's verbs, and what the events of the client tell of it. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

/** What the client says of itself. */
function record({ client }: ReturnType<typeof pair>) {
  const events: string[] = []
  client.on('connected', (data) => events.push(`connected${data ?? ''}`))
  client.on('disconnected', (error) => events.push(`disconnected ${error?.code ?? ''}`.trim()))
  client.on('reconnecting', ({ attempt, delay }) =>
    events.push(`reconnecting ${attempt} ${delay > 0 && delay <= 30_000}`),
  )
  client.on('error', ({ code }) => events.push(`error ${code}`))
  return events
}

describe('silence', () => {
  test('is answered by a stream beside the old one: the state stays open, and nothing is lost', async () => {
    const it = pair()
    const events = record(it)
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
  const events = record(it)
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
      const events = record(it)
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
    const events = record(it)
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
    const events = record(it)
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

describe('events', () => {
  test('of a break: disconnected, error, reconnecting, and connected again', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const it = pair()
    const events = record(it)
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
    const events = record(it)
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
    const events = record(it)
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

describe('after close()', () => {
  test('signals keep their values, and nothing is opened whatever is done', async () => {
    const it = pair()
    const channel = it.client.channel('a')
    const { stop } = watched(channel.latest)
    await settle()
    await sendNumbers(it.hub, 'a', 1, 1)
    it.client.close()
    await settle()
    expect(it.hub.connectionCount).toBe(0)
    stop()
    await advance(1000)
    expect(channel.latest.value?.data).toBe(1)
    expect(channel.status.value).toBe('closed')
    it.client.connect()
    it.client.reconnect()
    it.client.disconnect()
    it.client.subscribe('b')
    watched(channel.latest)
    expect(await channel[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
    await advance(60_000)
    expect(it.network.opens).toHaveLength(1)
    expect(it.network.controls).toEqual([])
    expect(it.client.state.value).toEqual({ status: 'closed', reason: 'user' })
  })

  test('a signal that is aborted closes, before the construction and after it', async () => {
    const ender = new AbortController()
    const it = pair({ signal: ender.signal })
    it.client.subscribe('a')
    await settle()
    ender.abort()
    await settle()
    expect(it.hub.connectionCount).toBe(0)
    expect(it.client.state.value).toEqual({ status: 'closed', reason: 'user' })
    const late = pair({ signal: ender.signal })
    expect(await late.client.subscribe('a').ready).toBe('closed')
    expect(late.network.opens).toEqual([])
  })

  test('whenever it comes nothing is left: no stream, no request, no timer, and every promise settled', async () => {
    const verb = fc.constantFrom(
      'subscribe',
      'watch',
      'unwatch',
      'fold',
      'loop',
      'connect',
      'disconnect',
      'reconnect',
      'cut',
      'publish',
      'down',
      'up',
      'lose',
      'restart',
      'turn',
      'settle',
      'second',
      'minute',
    )
    const ending = fc.constantFrom('close', 'listener', 'effect')
    await fc.assert(
      fc.asyncProperty(fc.array(verb, { maxLength: 25 }), ending, async (verbs, ending) => {
        const it = pair()
        const stops: (() => void)[] = []
        const promises: Promise<unknown>[] = []
        let n = 0
        const acts: Record<string, () => unknown> = {
          subscribe: () => promises.push(it.client.subscribe(`rooms/${n % 3}`).ready),
          watch: () => stops.push(watched(it.client.channel(`rooms/${n % 3}`).latest).stop),
          unwatch: () => stops.shift()?.(),
          fold: () =>
            watched(
              it.client.channel('a').fold(
                () => new Promise(() => {}),
                (state) => state,
              ),
            ),
          loop: () =>
            promises.push(
              it.client
                .channel('b')
                [Symbol.asyncIterator]()
                .next()
                .catch(() => {}),
            ),
          connect: it.client.connect,
          disconnect: it.client.disconnect,
          reconnect: it.client.reconnect,
          cut: it.network.cut,
          publish: () => void it.hub.to('a').send('n', n),
          down: () => (it.network.isDown = true),
          up: () => (it.network.isDown = false),
          lose: () => (it.network.onControl = () => new Response(null, { status: 410 })),
          restart: () => it.restart(),
          turn: () => Promise.resolve(),
          settle,
          second: () => advance(1000),
          minute: () => advance(60_000),
        }
        for (const verb of verbs) {
          n++
          await acts[verb]?.()
        }
        if (ending === 'listener') it.client.on('connected', () => it.client.close())
        if (ending === 'effect')
          watched({
            get value() {
              if (it.client.status.value === 'open') it.client.close()
              return 0
            },
          })
        if (ending !== 'close') await settle()
        it.client.close()
        const { calls } = it.network
        await settle()
        const unsettled = Symbol('unsettled')
        const outcomes = promises.map((promise) =>
          Promise.race([
            promise,
            Promise.resolve()
              .then(settle)
              .then(() => unsettled),
          ]),
        )
        expect(await Promise.all(outcomes)).not.toContain(unsettled)
        expect(it.network.streams).toBe(0)
        await it.hub.close()
        expect(vi.getTimerCount()).toBe(0)
        await vi.advanceTimersByTimeAsync(60_000)
        expect(it.network.calls).toBe(calls)
        expect(it.hub.connectionCount).toBe(0)
      }),
      { numRuns: 150 },
    )
  }, 60_000)
})
