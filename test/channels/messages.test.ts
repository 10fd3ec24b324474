/** What a message is, of whatever type, and how many of them are kept. */
import { effect, type Message } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { withFakeTime } from '../support/fake-time.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('what listeners are given', () => {
  test('data and the message, with the last event ID in force', async () => {
    const { source, open } = createTestSource()
    const listener = vi.fn()
    source.on('price', listener)
    await send(
      await open(),
      block('{"bid":1}', { type: 'price', id: 'a' }) + block('{"bid":2}', { type: 'price' }),
    )
    expect(listener.mock.calls).toEqual([
      [{ bid: 1 }, { type: 'price', data: { bid: 1 }, id: 'a' }],
      [{ bid: 2 }, { type: 'price', data: { bid: 2 }, id: 'a' }],
    ])
  })

  test('an event of type error is a RemoteError for on("error"), and itself everywhere else', async () => {
    const { source, open } = createTestSource()
    const failed = vi.fn()
    const all = vi.fn()
    source.on('error', failed)
    source.on('*', all)
    const count = source.fold(0, (n) => n + 1)
    const stop = effect(() => void count.value)
    const looped = source[Symbol.asyncIterator]()
    await send(
      await open(),
      block('{"message":"out of stock","sku":7}', { type: 'error', id: '1' }),
    )

    expect(failed).toHaveBeenCalledTimes(1)
    const [error] = failed.mock.calls[0] ?? []
    expect(error).toMatchObject({
      name: 'RemoteError',
      code: 'remote',
      message: 'out of stock',
      data: { message: 'out of stock', sku: 7 },
      retryable: false,
    })
    expect(source.error.peek()).toBe(error)
    const raw = { type: 'error', data: { message: 'out of stock', sku: 7 }, id: '1' }
    expect(all.mock.calls).toEqual([[raw.data, raw]])
    expect(source.latest.peek()).toEqual(raw)
    expect(source.latestOf('error').peek()).toEqual(raw)
    expect(source.messages.peek()).toEqual([raw])
    expect(await looped.next()).toEqual({ done: false, value: raw })
    expect(count.peek()).toBe(1)
    stop()
  })

  test.each([
    ['text', 'no such room', 'no such room'],
    ['an object without a message', '{"code":7}', 'The server sent an error event.'],
    ['an array', '[1]', 'The server sent an error event.'],
    ['nothing', '', ''],
  ])('an error event with %s has a message all the same', async (_, data, message) => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    await send(await open(), block(data, { type: 'error' }))
    expect(source.error.peek()?.message).toBe(message)
  })
})

describe('event types that look like something else', () => {
  test.each(['*', '__proto__', 'constructor', 'hasOwnProperty', 'toString', 'then', 'é 𝄞', ' '])(
    'an event of type %j is a message like another',
    async (type) => {
      const { source, open } = createTestSource({ schema: {} })
      const all = vi.fn()
      const own = vi.fn()
      source.on('*', all)
      if (type !== '*') source.on(type, own)
      const last = source.latestOf(type)
      const count = source.fold(0, (n) => n + 1)
      const stop = effect(() => void count.value)
      await send(await open(), block('x', { type }))
      expect(all).toHaveBeenCalledExactlyOnceWith('x', { type, data: 'x', id: '' })
      expect(own).toHaveBeenCalledTimes(type === '*' ? 0 : 1)
      expect(last.peek()).toEqual({ type, data: 'x', id: '' })
      expect(source.latestOf('message').peek()).toBeUndefined()
      expect(source.error.peek()).toBeUndefined()
      expect(count.peek()).toBe(1)
      stop()
    },
  )

  test('an empty type is the type message, as the standard says', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    await send(await open(), block('x', { type: '' }))
    expect(source.latest.peek()?.type).toBe('message')
    expect(source.latestOf('').peek()).toBeUndefined()
  })
})

describe('latestOf', () => {
  test('is the same signal at every call, and another one for another type', () => {
    const { source } = createTestSource()
    expect(source.latestOf('a')).toBe(source.latestOf('a'))
    expect(source.latestOf('a')).not.toBe(source.latestOf('b'))
  })

  test('asked for late, shows the last of the kept messages', async () => {
    const { source, open } = createTestSource({ history: 3 })
    source.on('*', () => {})
    await send(
      await open(),
      block('1', { type: 'a' }) +
        block('2', { type: 'b' }) +
        block('3', { type: 'b' }) +
        block('4', { type: 'c' }),
    )
    expect(source.latestOf('b').peek()?.data).toBe('3')
    expect(source.latestOf('a').peek()).toBeUndefined()
  })

  test('asked for in the middle of a delivery, shows what came before in it', async () => {
    const { source, open } = createTestSource()
    source.on('b', () => void source.latestOf('a'))
    await send(await open(), block('1', { type: 'a' }) + block('2', { type: 'b' }))
    expect(source.latestOf('a').peek()?.data).toBe('1')
  })

  test('an effect on one type does not run for another', async () => {
    const { source, open } = createTestSource()
    const runs = vi.fn()
    effect(() => runs(source.latestOf('a').value?.data))
    const stream = await open()
    await send(stream, block('1', { type: 'a' }), block('2', { type: 'b' }))
    expect(runs.mock.calls).toEqual([[undefined], ['1']])
  })
})

describe('history', () => {
  const kept = ({ data }: Message) => data

  test.each([
    [0, []],
    [1, ['9']],
    [2.5, ['8', '9']],
    [0.5, []],
    [4, ['6', '7', '8', '9']],
    [Number.POSITIVE_INFINITY, ['1', '2', '3', '4', '5', '6', '7', '8', '9']],
  ])('of %s keeps %j of nine', async (history, expected) => {
    const { source, open } = createTestSource({ history })
    source.on('*', () => {})
    await send(await open(), numbered(1, 2), numbered(3, 8), numbered(9, 9))
    expect(source.messages.peek().map(kept)).toEqual(expected)
    expect(source.latest.peek()?.data).toBe('9')
  })

  test('is 100 by default, in one chunk and in many', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    const stream = await open()
    await send(stream, numbered(1, 5000))
    expect(source.messages.peek().map(kept)).toEqual(
      Array.from({ length: 100 }, (_, index) => String(4901 + index)),
    )
    await send(stream, numbered(5001, 5001))
    expect(source.messages.peek()).toHaveLength(100)
    expect(source.messages.peek()[0]?.data).toBe('4902')
  })

  test('without end keeps all of a long burst', async () => {
    const { source, open } = createTestSource({ history: Number.POSITIVE_INFINITY })
    source.on('*', () => {})
    await send(await open(), numbered(1, 5000))
    expect(source.messages.peek()).toHaveLength(5000)
  })

  test('is a new array at each change, and the old one stays as it was', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    const stream = await open()
    await send(stream, block('1'))
    const before = source.messages.peek()
    await send(stream, block('2'))
    expect(source.messages.peek()).not.toBe(before)
    expect(before.map(kept)).toEqual(['1'])
  })

  test('holds the very object that latest and latestOf show', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    const last = source.latestOf('message')
    await send(await open(), numbered(1, 3))
    expect(source.messages.peek().at(-1)).toBe(source.latest.peek())
    expect(last.peek()).toBe(source.latest.peek())
  })
})
