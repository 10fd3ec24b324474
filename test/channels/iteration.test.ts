/** A source as a loop: every message from now on, at the pace of the loop. */
import { createSource, type Message, OverflowError } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const DONE = { done: true, value: undefined }
const dataOf = ({ value }: IteratorResult<Message, undefined>) => value?.data

test('a loop sees the messages that come after it began', async () => {
  const { source, open } = createTestSource()
  source.on('*', () => {})
  const stream = await open()
  await send(stream, numbered(1, 2))
  const loop = source[Symbol.asyncIterator]()
  await send(stream, numbered(3, 3))
  expect(dataOf(await loop.next())).toBe('3')
})

test('a loop that a listener begins sees the messages after that listener’s', async () => {
  const { source, open } = createTestSource()
  const loops: AsyncIterator<Message, undefined>[] = []
  source.on('message', (data) => {
    if (data === '2') loops.push(source[Symbol.asyncIterator]())
  })
  await send(await open(), numbered(1, 4))
  expect(dataOf((await loops[0]?.next()) ?? (DONE as never))).toBe('3')
})

describe('a loop goes on', () => {
  test('over a broken stream', async () => {
    const { source, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 1))
    stream.cut()
    await settle()
    await advance(2000)
    await send(await open(), numbered(2, 2))
    expect([dataOf(await loop.next()), dataOf(await loop.next())]).toEqual(['1', '2'])
  })

  test('over an event that cannot be decoded', async () => {
    const { source, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    await send(await open(), block('1') + block('{') + block('2'))
    expect([dataOf(await loop.next()), dataOf(await loop.next())]).toEqual(['1', '2'])
  })

  test('over a pause', async () => {
    const { source, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    await open()
    const next = loop.next()
    source.disconnect()
    await advance(60_000)
    source.connect()
    await send(await open(), numbered(1, 1))
    expect(dataOf(await next)).toBe('1')
  })
})

describe('a loop that falls behind', () => {
  test('gets what it may hold and then an OverflowError; the source goes on', async () => {
    const { source, open } = createTestSource({ queue: 3 })
    const heard = vi.fn()
    source.on('message', heard)
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 5))
    expect(heard).toHaveBeenCalledTimes(5)
    for (const data of ['1', '2', '3']) expect(dataOf(await loop.next())).toBe(data)
    const error = await loop.next().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(OverflowError)
    expect(error).toMatchObject({
      name: 'OverflowError',
      code: 'overflow',
      message: 'The loop fell 3 messages behind. Do less in it, or raise the option "queue".',
    })
    expect(await loop.next()).toEqual(DONE)
    expect(source.error.peek()).toBeUndefined()
    await send(stream, numbered(6, 6))
    expect(heard).toHaveBeenCalledTimes(6)
  })

  test('lets go of the source when it overflows', async () => {
    const { source, open } = createTestSource({ queue: 1 })
    source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 2))
    await advance(250)
    expect(stream.isAborted).toBe(true)
  })

  test('may hold 10,000 by default', async () => {
    const { source, open } = createTestSource()
    const loop = source[Symbol.asyncIterator]()
    const stream = await open()
    await send(stream, numbered(1, 10_000))
    await send(stream, numbered(10_001, 10_001))
    for (let index = 1; index <= 10_000; index++)
      expect(dataOf(await loop.next())).toBe(String(index))
    await expect(loop.next()).rejects.toBeInstanceOf(OverflowError)
  })

  test('does not count what somebody waits for', async () => {
    const { source, open } = createTestSource({ queue: 1 })
    const loop = source[Symbol.asyncIterator]()
    const ahead = [loop.next(), loop.next(), loop.next()]
    await send(await open(), numbered(1, 4))
    expect((await Promise.all(ahead)).map(dataOf)).toEqual(['1', '2', '3'])
    expect(dataOf(await loop.next())).toBe('4')
  })
})

describe('several loops', () => {
  test('each see every message, at their own pace', async () => {
    const { source, open } = createTestSource()
    const [fast, slow] = [source[Symbol.asyncIterator](), source[Symbol.asyncIterator]()]
    await send(await open(), numbered(1, 2))
    expect(dataOf(await fast.next())).toBe('1')
    expect(dataOf(await fast.next())).toBe('2')
    expect(dataOf(await slow.next())).toBe('1')
  })

  test('leave one by one', async () => {
    const { source, open } = createTestSource()
    const [first, second] = [source[Symbol.asyncIterator](), source[Symbol.asyncIterator]()]
    const stream = await open()
    await first.return?.()
    await advance(1000)
    await send(stream, numbered(1, 1))
    expect(dataOf(await second.next())).toBe('1')
    await second.return?.()
    await advance(250)
    expect(stream.isAborted).toBe(true)
  })
})

test('a loop over a source without a name opens, reads and ends by itself', async () => {
  const text: string[] = []
  const fetch = async () =>
    new Response(
      block('Hel', { type: 'delta' }) +
        block('lo', { type: 'delta' }) +
        block('', { type: 'done' }),
      {
        headers: { 'content-type': 'text/event-stream' },
      },
    )
  for await (const { type, data } of createSource<{ delta: string; done: string }>('/answer', {
    body: { prompt: 'greet' },
    fetch,
  })) {
    if (type === 'done') break
    text.push(data)
  }
  expect(text.join('')).toBe('Hello')
  await advance(250)
  expect(vi.getTimerCount()).toBe(0)
})
