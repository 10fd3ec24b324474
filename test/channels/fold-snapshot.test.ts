import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { append, createSnapshots, watched } from '../support/snapshots.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const GRACE = 250
const LONG = 600_000

describe('a snapshot', () => {
  test('is loaded after the stream is open, and the state is undefined until it is there', async () => {
    const { source, server } = createTestSource()
    const { seed, calls, answer } = createSnapshots()
    const list = source.fold(seed, append)
    const { shown } = watched(list)
    const exchange = await server.next()
    expect(calls).toHaveLength(0)
    exchange.open()
    await settle()
    expect(calls).toHaveLength(1)
    expect(shown).toEqual([undefined])
    await answer(['old'])
    expect(shown).toEqual([undefined, ['old']])
  })

  test('gets the messages that came while it was loaded, once, after it', async () => {
    const { source, open } = createTestSource()
    const { seed, answer } = createSnapshots()
    const list = source.fold(seed, append)
    const { shown } = watched(list)
    const stream = await open()
    await send(stream, numbered(1, 2), numbered(3, 3))
    await answer(['old'])
    await send(stream, numbered(4, 4))
    expect(shown).toEqual([undefined, ['old', '1', '2', '3'], ['old', '1', '2', '3', '4']])
  })

  test('is told the cursor after which messages will be applied', async () => {
    const { source, open } = createTestSource({ lastEventId: '41' })
    const { seed, calls } = createSnapshots()
    source.on('*', () => {})
    const early = watched(source.fold(seed, append))
    const stream = await open()
    expect(calls[0]?.context.at).toBe('41')
    await send(stream, numbered(42, 43))
    watched(source.fold(seed, append))
    await settle()
    expect(calls[1]?.context.at).toBe('43')
    early.stop()
  })

  test('is asked for at once by a fold that joins an open stream', async () => {
    const { source, open } = createTestSource()
    source.connect()
    const stream = await open()
    await send(stream, numbered(1, 5))
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    await settle()
    expect(calls).toHaveLength(1)
    await answer(['1..5'])
    await send(stream, numbered(6, 6))
    expect(list.value).toEqual(['1..5', '6'])
  })

  test('is asked for once by several watchers, and not again by one who comes later', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const first = watched(list)
    watched(list)
    await open()
    await answer(['old'])
    first.stop()
    watched(list)
    await advance(LONG)
    expect(calls).toHaveLength(1)
    expect(list.value).toEqual(['old'])
  })

  test('stays wanted while a dropped stream resumes', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    await send(await open(), numbered(1, 1))
    source.reconnect()
    await send(await open(), numbered(2, 2))
    expect(calls).toHaveLength(1)
    expect(calls[0]?.context.signal.aborted).toBe(false)
    await answer(['old'])
    expect(list.value).toEqual(['old', '1', '2'])
  })

  test('is loaded again where history was lost, and the old state stays and moves until it is there', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const { shown } = watched(list)
    await open()
    await answer(['old'])
    source.reconnect()
    const stream = await open()
    expect(calls).toHaveLength(2)
    await send(stream, block('x'))
    await answer(['new'])
    expect(shown).toEqual([undefined, ['old'], ['old', 'x'], ['new', 'x']])
  })

  test('that comes too late is dropped: a second loss of history asks for another', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const { shown } = watched(list)
    await open()
    source.reconnect()
    await open()
    expect(calls.map(({ context }) => context.signal.aborted)).toEqual([true, false])
    calls[0]?.resolve(['stale'])
    await settle()
    expect(list.value).toBeUndefined()
    await answer(['fresh'])
    expect(shown).toEqual([undefined, ['fresh']])
  })

  test('is not wanted any more once nobody watches', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const { stop } = watched(list)
    await open()
    stop()
    await advance(GRACE - 1)
    expect(calls[0]?.context.signal.aborted).toBe(false)
    await advance(1)
    expect(calls[0]?.context.signal.aborted).toBe(true)
    await answer(['late'])
    expect(list.value).toBeUndefined()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that arrives in the very moment in which nobody wants it any more is dropped', async () => {
    const { source, open } = createTestSource()
    const { seed, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const { stop } = watched(list)
    await open()
    calls[0]?.resolve(['old'])
    stop()
    source.close()
    await settle()
    expect(list.value).toBeUndefined()
  })

  test('is loaded anew by who watches again', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    const { stop } = watched(list)
    await open()
    await answer(['first'])
    stop()
    await advance(GRACE)
    expect(list.value).toBeUndefined()
    const { shown } = watched(list)
    await open()
    await answer(['second'])
    expect(shown).toEqual([undefined, ['second']])
    expect(calls).toHaveLength(2)
  })

  test('is loaded by who watches again while the stream is broken, and resumes', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    source.on('*', () => {})
    const { stop } = watched(list)
    const stream = await open()
    await answer(['first'])
    await send(stream, numbered(1, 1))
    stop()
    await advance(GRACE)
    stream.cut()
    await advance(1)
    watched(list)
    await advance(2000)
    await send(await open(), numbered(2, 2))
    expect(calls).toHaveLength(2)
    await answer(['1'])
    expect(list.value).toEqual(['1', '2'])
  })

  test('may be undefined: messages are applied to it all the same', async () => {
    const { source, open } = createTestSource()
    const last = source.fold(
      async () => undefined as unknown,
      (_, { data }) => data,
    )
    watched(last)
    await send(await open(), block('a'))
    expect(last.value).toBe('a')
  })

  test('of a hundred messages is applied in the order in which they came', async () => {
    const { source, open } = createTestSource()
    const { seed, answer } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    const stream = await open()
    for (let first = 1; first <= 100; first += 10) await send(stream, numbered(first, first + 9))
    await answer([])
    expect(list.value).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)))
  })
})
