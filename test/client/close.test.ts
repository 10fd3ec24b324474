/** Closing at any moment leaves nothing behind. */
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { pair, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

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

  test('a loop that began in the same task is over, whoever else holds its channel', async () => {
    const { client } = pair()
    client.subscribe('a')
    await settle()
    const next = client.channel('a', { history: 1 })[Symbol.asyncIterator]().next()
    client.close()
    expect(await next).toEqual({ done: true, value: undefined })
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
