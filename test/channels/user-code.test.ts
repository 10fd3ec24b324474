/** What user code throws is told to the page and to nobody else; everything else goes on. */
import { effect } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { pair } from '../support/hub-network.js'
import { append, createSnapshots, watched } from '../support/snapshots.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

const boom = new Error('boom')
const explode = (): never => {
  throw boom
}

describe('listeners that throw', () => {
  test('keep neither their neighbours, nor the next message, nor the signals from it', async () => {
    const { source, open } = createTestSource()
    const neighbour = vi.fn()
    const all = vi.fn()
    source.on('message', explode)
    source.on('message', neighbour)
    source.on('*', explode)
    source.on('*', all)
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 2))
    expect(reported.splice(0)).toEqual([boom, boom, boom, boom])
    expect(neighbour).toHaveBeenCalledTimes(2)
    expect(all).toHaveBeenCalledTimes(2)
    expect(source.latest.peek()?.data).toBe('2')
    expect((await loop.next()).value?.data).toBe('1')
    expect(source.lastEventId).toBe('2')
    expect(source.error.peek()).toBeUndefined()
    expect(stream.isLive).toBe(true)
  })

  test('for failures keep the others from nothing', async () => {
    const { source, server } = createTestSource()
    const neighbour = vi.fn()
    source.on('error', explode)
    source.on('error', neighbour)
    ;(await server.next()).cut()
    await settle()
    expect(reported.splice(0)).toEqual([boom])
    expect(neighbour).toHaveBeenCalledTimes(1)
    expect(source.status.peek()).toBe('waiting')
    await advance(2000)
    expect(server.exchanges).toHaveLength(2)
  })
})

describe('effects that throw', () => {
  test('on a message: the others run, and the stream goes on', async () => {
    const { source, open } = createTestSource()
    const before = vi.fn()
    const after = vi.fn()
    effect(() => before(source.latest.value?.data))
    effect(() => {
      if (source.latest.value) explode()
    })
    effect(() => after(source.latest.value?.data))
    const stream = await open()
    await send(stream, numbered(1, 1), numbered(2, 2))
    expect(reported.splice(0)).toEqual([boom, boom])
    expect(before.mock.calls).toEqual([[undefined], ['1'], ['2']])
    expect(after.mock.calls).toEqual([[undefined], ['1'], ['2']])
    expect(stream.isLive).toBe(true)
  })

  test('several at once: every other one runs; the page is told of the first', async () => {
    const { source, open } = createTestSource()
    const last = vi.fn()
    for (const name of ['first', 'second', 'third'])
      effect(() => {
        if (source.latest.value) throw new Error(name)
      })
    effect(() => last(source.latest.value?.data))
    await send(await open(), numbered(1, 1))
    expect(reported.splice(0)).toHaveLength(1)
    expect(last.mock.lastCall).toEqual(['1'])
  })

  test('on a state: the attempt, the wait and the next attempt take place', async () => {
    const { source, server, open } = createTestSource()
    effect(() => {
      if (source.status.value !== 'idle') explode()
    })
    source.on('*', () => {})
    ;(await server.next()).cut()
    await settle()
    await advance(2000)
    await send(await open(), numbered(1, 1))
    expect(source.status.peek()).toBe('open')
    expect(source.latest.peek()?.data).toBe('1')
    source.close()
    expect(reported.splice(0)).toEqual(Array(5).fill(boom))
    expect(server.live).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('on closing: loops end all the same, and nothing is left', async () => {
    const { source, open } = createTestSource()
    effect(() => {
      if (source.status.value === 'closed') explode()
    })
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    source.close()
    expect(reported.splice(0)).toEqual([boom])
    expect(await loop.next()).toEqual({ done: true, value: undefined })
    expect(stream.isAborted).toBe(true)
  })

  test('on an error, on the cursor and on a fold', async () => {
    const { source, open } = createTestSource()
    const count = source.fold(0, (n) => n + 1)
    effect(() => {
      if (source.error.value) explode()
    })
    effect(() => {
      if (source.lastEventId) explode()
    })
    effect(() => {
      if (count.value) explode()
    })
    const stream = await open()
    await send(stream, block('{'), 'id: 7\n\n', block('fine'))
    expect(reported.splice(0)).toEqual([boom, boom, boom])
    expect(source.latest.peek()?.data).toBe('fine')
  })

  test('when the feed is cleared: it is cleared', async () => {
    const { source, open } = createTestSource()
    const stop = source.on('*', () => {})
    await send(await open(), block('{'))
    effect(() => {
      if (!source.error.value) explode()
    })
    stop()
    await advance(250)
    expect(reported.splice(0)).toEqual([boom])
    expect(source.status.peek()).toBe('idle')
  })

  test('at a throttled moment: the next one comes', async () => {
    const { source, open } = createTestSource({ throttle: 100 })
    effect(() => {
      if (source.latest.value?.data === '2') explode()
    })
    const stream = await open()
    await send(stream, numbered(1, 1), numbered(2, 2))
    await advance(100)
    expect(reported.splice(0)).toEqual([boom])
    await send(stream, numbered(3, 3))
    await advance(100)
    expect(source.latest.peek()?.data).toBe('3')
  })
})

test('a payload that throws when it is looked at stands in nobody’s way', async () => {
  const { source, open } = createTestSource({
    parse: (data) =>
      data === 'bad' ? Object.defineProperty({}, 'message', { get: explode }) : data,
  })
  const heard: unknown[] = []
  source.on('message', (data) => heard.push(data))
  const stream = await open()
  await send(stream, block('1') + block('bad', { type: 'error' }))
  expect(reported.splice(0)).toEqual([boom])
  expect(source.latest.peek()?.data).toBe('1')
  await send(stream, block('bad', { type: 'error' }) + block('2'))
  expect(reported.splice(0)).toEqual([boom])
  expect(heard).toEqual(['1', '2'])
})

test('reducers that throw are reported, message by message', async () => {
  const { source, open } = createTestSource()
  effect(() => void source.fold(0, explode).value)
  const healthy = source.fold(0, (n) => n + 1)
  effect(() => void healthy.value)
  await send(await open(), numbered(1, 3))
  expect(reported.splice(0)).toEqual([boom, boom, boom])
  expect(healthy.peek()).toBe(3)
})

test('onDiagnostic that throws is reported, and everything takes place', async () => {
  const facts: string[] = []
  const { source, open } = createTestSource({
    onDiagnostic({ type }) {
      facts.push(type)
      explode()
    },
  })
  source.on('*', () => {})
  await send(await open(), numbered(1, 1))
  source.close()
  expect(facts).toContain('request')
  expect(reported.splice(0)).toEqual(facts.map(() => boom))
  expect(source.latest.peek()?.data).toBe('1')
})

test('without reportError the page is told by an uncaught error', async () => {
  vi.stubGlobal('reportError', undefined)
  const { source, open } = createTestSource()
  source.on('message', explode)
  const next = vi.fn()
  source.on('message', next)
  await send(await open(), numbered(1, 1))
  expect(next).toHaveBeenCalledTimes(1)
  expect(() => vi.runOnlyPendingTimers()).toThrow(boom)
  source.close()
})

describe("effects of a client's signals that throw", () => {
  test('on a change that the hub refused: the next one is sent', async () => {
    const { client, network } = pair()
    client.connect()
    await settle()
    effect(() => {
      if (client.error.value) explode()
    })
    network.onControl = () => new Response(null, { status: 400 })
    client.subscribe('a')
    await settle()
    network.onControl = undefined
    const { channel } = client.subscribe('b')
    await settle()
    expect(reported.splice(0)).toEqual([boom])
    expect(channel.status.value).toBe('live')
  })

  test('on a gap that a snapshot closed: the snapshot is in force, and not loaded again', async () => {
    const { client, restart } = pair()
    const channel = client.channel('a')
    const { seed, calls, answer } = createSnapshots()
    watched(channel.fold(seed, append))
    await settle()
    await answer([])
    let isTold = false
    effect(() => {
      if (channel.gap.value) isTold = true
      else if (isTold) explode()
    })
    restart()
    await advance(5000)
    await answer(['new'])
    await advance(60_000)
    expect(reported.splice(0)).toEqual([boom])
    expect(calls).toHaveLength(2)
    expect(channel.error.value).toBeUndefined()
  })

  test('on a gap that goes with its channel: the channel is idle', async () => {
    const { client, restart } = pair()
    const channel = client.channel('a')
    const { stop } = watched(channel.latest)
    await settle()
    restart()
    await advance(5000)
    effect(() => {
      if (!channel.gap.value) explode()
    })
    stop()
    await advance(250)
    expect(reported.splice(0)).toEqual([boom])
    expect(channel.status.value).toBe('idle')
  })
})
