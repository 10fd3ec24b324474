/** A fold whose snapshot fails, comes too late, or whose reducer throws. */
import type { SeedContext } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, withFakeTime } from '../support/fake-time.js'
import { append, createSnapshots, type List, watched } from '../support/snapshots.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

const GRACE = 250
const LONG = 600_000

describe('a snapshot that fails', () => {
  const boom = new Error('500 from /api')

  test('is a SeedError in `error`, with the reason as its cause, and is tried again', async () => {
    const { source, open } = createTestSource()
    const { seed, calls, refuse, answer } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    const heard = vi.fn()
    source.on('error', heard)
    const stream = await open()
    await refuse(boom)
    const error = source.error.peek()
    expect(error).toMatchObject({ name: 'SeedError', code: 'seed', retryable: true, cause: boom })
    expect(error?.message).toContain('500 from /api')
    expect(heard.mock.calls).toEqual([[error, undefined]])
    expect(source.status.peek()).toBe('open')
    expect(calls).toHaveLength(1)
    await advance(1000)
    expect(calls).toHaveLength(2)
    await send(stream, block('a'))
    await answer(['old'])
    expect(list.value).toEqual(['old', 'a'])
    await advance(LONG)
    expect(calls).toHaveLength(2)
  })

  test('is no error any more once it is loaded', async () => {
    const { source, open } = createTestSource()
    const { seed, refuse, answer } = createSnapshots()
    watched(source.fold(seed, append))
    await open()
    await refuse(boom)
    await advance(1000)
    await answer([])
    expect(source.error.peek()).toBeUndefined()
  })

  test('does not clear an error of somebody else when it is loaded', async () => {
    const { source, open } = createTestSource()
    const { seed, refuse, answer } = createSnapshots()
    watched(source.fold(seed, append))
    const stream = await open()
    await refuse(boom)
    await send(stream, block('{'))
    await advance(1000)
    await answer([])
    expect(source.error.peek()?.code).toBe('decode')
  })

  test('is tried with the delays of the connection, which grow', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(1 - 1e-9)
    const { source, open } = createTestSource({
      reconnectDelay: 100,
      reconnectMultiplier: 2,
      maxReconnectDelay: 300,
    })
    const times: number[] = []
    const start = Date.now()
    watched(
      source.fold(async (): Promise<List> => {
        times.push(Date.now() - start)
        throw boom
      }, append),
    )
    await open()
    await advance(1100)
    expect(times).toEqual([0, 100, 300, 600, 900])
  })

  test('without any message, a thrown string, or a throw instead of a rejection: all the same', async () => {
    for (const reason of ['no', undefined, null, Object.create(null)]) {
      const { source, open } = createTestSource()
      watched(
        source.fold((_: SeedContext): Promise<List> => {
          throw reason
        }, append),
      )
      await open()
      expect(source.error.peek()).toMatchObject({ code: 'seed', cause: reason })
      source.close()
    }
  })

  test('keeps the old state and goes on reducing where it was loaded before', async () => {
    const { source, open } = createTestSource()
    const { seed, refuse, answer } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    await open()
    await answer(['old'])
    source.reconnect()
    const stream = await open()
    await refuse(boom)
    await send(stream, block('x'))
    expect(list.value).toEqual(['old', 'x'])
  })

  test('is not tried again once nobody watches, nor after close()', async () => {
    const { source, open } = createTestSource()
    const { seed, refuse, calls } = createSnapshots()
    const { stop } = watched(source.fold(seed, append))
    await open()
    await refuse(boom)
    stop()
    await advance(GRACE)
    expect(vi.getTimerCount()).toBe(0)
    watched(source.fold(seed, append))
    await open()
    await refuse(boom)
    source.close()
    expect(vi.getTimerCount()).toBe(0)
    await advance(LONG)
    expect(calls).toHaveLength(2)
  })

  test('takes nobody down: another fold of the source is loaded', async () => {
    const { source, open } = createTestSource()
    const good = source.fold(async () => ['fine'] as List, append)
    watched(
      source.fold(async (): Promise<List> => {
        throw boom
      }, append),
    )
    watched(good)
    await send(await open(), block('a'))
    expect(good.value).toEqual(['fine', 'a'])
  })
})

describe('more messages than `queue` while a snapshot is loaded', () => {
  test('are a SeedError, and another snapshot', async () => {
    const { source, open } = createTestSource({ queue: 3 })
    const { seed, calls, answer } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    const stream = await open()
    await send(stream, numbered(1, 3))
    expect(calls[0]?.context.signal.aborted).toBe(false)
    await send(stream, numbered(4, 9))
    expect(calls[0]?.context.signal.aborted).toBe(true)
    expect(source.error.peek()).toMatchObject({ code: 'seed', cause: { code: 'overflow' } })
    await advance(1000)
    expect(calls).toHaveLength(2)
    expect(calls[1]?.context.at).toBe('9')
    await send(stream, numbered(10, 11))
    calls[0]?.resolve(['stale'])
    await answer(['1..9'])
    expect(list.value).toEqual(['1..9', '10', '11'])
  })
})

test('once a snapshot is there, any number of messages may follow', async () => {
  const { source, open } = createTestSource({ queue: 3 })
  const { seed, calls, answer } = createSnapshots()
  const list = source.fold(seed, append)
  watched(list)
  const stream = await open()
  await answer([])
  await send(stream, numbered(1, 9))
  expect(calls[0]?.context.signal.aborted).toBe(false)
  expect(list.value).toHaveLength(9)
})

describe('a reducer that throws', () => {
  test('is reported, and its message changes nothing', async () => {
    const { source, open } = createTestSource()
    const boom = new Error('reducer')
    const picky = (list: List, message: { readonly data: unknown }) => {
      if (message.data === '2') throw boom
      return append(list, message)
    }
    const list = source.fold([] as List, picky)
    const loaded = source.fold(async () => ['old'] as List, picky)
    const others = source.fold([] as List, append)
    for (const signal of [list, loaded, others]) watched(signal)
    await send(await open(), numbered(1, 3))
    expect(reported.splice(0)).toEqual([boom, boom])
    expect(list.value).toEqual(['1', '3'])
    expect(loaded.value).toEqual(['old', '1', '3'])
    expect(others.value).toEqual(['1', '2', '3'])
  })
})

test('a snapshot that fails is not tried again where its listener closes the source', async () => {
  const { source, open } = createTestSource()
  const { seed, calls, refuse } = createSnapshots()
  watched(source.fold(seed, append))
  source.on('error', () => source.close())
  await open()
  await refuse(new Error('500 from /api'))
  await advance(LONG)
  expect(calls).toHaveLength(1)
  expect(vi.getTimerCount()).toBe(0)
})
