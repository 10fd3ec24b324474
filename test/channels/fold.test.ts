/** State accumulated over messages, from a value or from a function. */
import type { Source } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
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

describe('a plain seed', () => {
  test('is the state until a message comes, watched or not', async () => {
    const { source, open } = createTestSource()
    const list = source.fold([] as List, append)
    expect(list.value).toEqual([])
    const { shown } = watched(list)
    const stream = await open()
    expect(shown).toEqual([[]])
    await send(stream, numbered(1, 2), numbered(3, 3))
    expect(shown).toEqual([[], ['1', '2'], ['1', '2', '3']])
  })

  test('goes on over a reconnection, whether the server resumes or not', async () => {
    const { source, open } = createTestSource()
    const list = source.fold([] as List, append)
    watched(list)
    await send(await open(), block('a'))
    source.reconnect()
    await send(await open(), block('b', { id: '1' }))
    source.reconnect()
    await send(await open(), block('c', { id: '2' }))
    expect(list.value).toEqual(['a', 'b', 'c'])
  })

  test('is the state again once nobody watches', async () => {
    const { source, open } = createTestSource()
    const list = source.fold([] as List, append)
    source.on('*', () => {})
    const { stop } = watched(list)
    const stream = await open()
    await send(stream, block('a'))
    stop()
    await advance(GRACE - 1)
    expect(list.value).toEqual(['a'])
    await advance(1)
    expect(list.value).toEqual([])
    await send(stream, block('b'))
    expect(list.value).toEqual([])
    const { shown } = watched(list)
    await send(stream, block('c'))
    expect(shown).toEqual([[], ['c']])
  })

  test('may be undefined, null or an object', async () => {
    const { source, open } = createTestSource()
    const last = source.fold(undefined as unknown, (_, { data }) => data)
    const none = source.fold(null as unknown, (_, { data }) => data)
    watched(last)
    watched(none)
    expect([last.value, none.value]).toEqual([undefined, null])
    await send(await open(), block('a'))
    expect([last.value, none.value]).toEqual(['a', 'a'])
  })

  test('two folds of one source do not share their state', async () => {
    const { source, open } = createTestSource()
    const list = source.fold([] as List, append)
    const count = source.fold(0, (n) => n + 1)
    watched(list)
    watched(count)
    await send(await open(), numbered(1, 2))
    expect([list.value, count.value]).toEqual([['1', '2'], 2])
  })
})

describe('a function that makes the seed', () => {
  test('makes it at once, and anew when it joins without a cursor', async () => {
    const { source, open } = createTestSource()
    const list = source.fold(() => ['made'] as List, append)
    expect(list.value).toEqual(['made'])
    watched(list)
    await send(await open(), block('a'))
    expect(list.value).toEqual(['made', 'a'])
    source.reconnect()
    const stream = await open()
    expect(list.value).toEqual(['made'])
    await send(stream, block('b'))
    expect(list.value).toEqual(['made', 'b'])
  })

  test('keeps the state where the stream resumes', async () => {
    const { source, open } = createTestSource()
    const list = source.fold(() => [] as List, append)
    watched(list)
    await send(await open(), numbered(1, 1))
    source.reconnect()
    await send(await open(), numbered(2, 2))
    expect(list.value).toEqual(['1', '2'])
  })

  test('that throws when the fold is made throws there', () => {
    const { source } = createTestSource()
    const seed = (): List => {
      throw new Error('no seed')
    }
    expect(() => source.fold(seed, append)).toThrow('no seed')
  })

  test('that throws later is reported, and the state stays', async () => {
    const { source, open } = createTestSource()
    let fails = false
    const list = source.fold(() => {
      if (fails) throw new Error('no seed')
      return [] as List
    }, append)
    const others = source.fold(() => [] as List, append)
    watched(list)
    watched(others)
    await send(await open(), block('a'))
    fails = true
    source.reconnect()
    await send(await open(), block('b'))
    expect(reported.splice(0)).toEqual([new Error('no seed')])
    expect(list.value).toEqual(['a', 'b'])
    expect(others.value).toEqual(['b'])
  })
})

describe('a closed source', () => {
  const closings: [string, (source: Source, server: { end(): unknown }) => void][] = [
    ['by the user', (source) => source.close()],
    ['by the server', (_, stream) => stream.end()],
  ]
  test.each(closings)('%s keeps the state, watched or not', async (_, close) => {
    const { source, open } = createTestSource({ method: 'POST', body: {} })
    const text = source.fold('', (all, { data }) => all + String(data))
    const { stop } = watched(text)
    const stream = await open()
    await send(stream, block('Hel'), block('lo'))
    close(source, stream)
    await settle()
    expect(source.status.peek()).toBe('closed')
    stop()
    await advance(LONG)
    expect(text.value).toBe('Hello')
    expect(watched(text).shown).toEqual(['Hello'])
    await advance(LONG)
    expect(text.value).toBe('Hello')
  })

  test('by the server lets a snapshot under way arrive', async () => {
    const { source, open } = createTestSource({ method: 'POST', body: {} })
    const { seed, answer } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    const stream = await open()
    await send(stream, block('a'))
    stream.end()
    await settle()
    await answer(['old'])
    expect(list.value).toEqual(['old', 'a'])
  })

  test('by the user does not', async () => {
    const { source, open } = createTestSource()
    const { seed, answer, calls } = createSnapshots()
    const list = source.fold(seed, append)
    watched(list)
    await open()
    source.close()
    expect(calls[0]?.context.signal.aborted).toBe(true)
    await answer(['old'])
    expect(list.value).toBeUndefined()
  })

  test('gives a fold made afterwards its seed and no snapshot', async () => {
    const { source } = createTestSource()
    source.close()
    const { seed, calls } = createSnapshots()
    const { shown } = watched(source.fold(seed, append))
    expect(watched(source.fold(1, (n) => n + 1)).shown).toEqual([1])
    await advance(LONG)
    expect(calls).toHaveLength(0)
    expect(shown).toEqual([undefined])
  })
})
