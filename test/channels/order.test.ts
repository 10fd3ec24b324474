/** One delivery: listeners, reducers and loops see every message in order; then the signals change; then effects run, once. */
import { effect, signal } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import {
  block,
  createTestSource,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

test('a message goes to its listeners, to those of every type and to the reducers before the next one does; effects come last', async () => {
  const { source, open } = createTestSource()
  const log: string[] = []
  const total = source.fold(0, (sum, { data }) => {
    log.push(`reduce ${data}`)
    return sum + Number(data)
  })
  source.on('*', (data, { type }) => log.push(`* ${type} ${data}`))
  source.on('message', (data) => log.push(`message ${data}`))
  source.on('message', (data) => log.push(`again ${data}`))
  effect(() => {
    const shown = [source.latest, source.latestOf('message'), total].map(({ value }) =>
      typeof value === 'object' ? value.data : value,
    )
    log.push(`effect ${shown} of ${source.messages.value.length}`)
  })
  const stream = await open()
  log.length = 0
  await send(stream, block('1') + block('2', { type: 'other' }) + block('3'))

  expect(log).toEqual([
    'message 1',
    'again 1',
    '* message 1',
    'reduce 1',
    '* other 2',
    'reduce 2',
    'message 3',
    'again 3',
    '* message 3',
    'reduce 3',
    'effect 3,3,6 of 3',
  ])
})

test('while listeners and reducers run, the signals show the delivery before', async () => {
  const { source, open } = createTestSource()
  const seen: unknown[] = []
  const look = () => [
    source.latest.peek()?.data,
    source.latestOf('message').peek()?.data,
    source.messages.peek().length,
  ]
  const count = source.fold(0, (n) => {
    seen.push(look())
    return n + 1
  })
  effect(() => void count.value)
  source.on('message', () => seen.push([...look(), count.peek()]))
  const stream = await open()
  await send(stream, block('1'))
  seen.length = 0
  await send(stream, block('2') + block('3'))
  expect(seen).toEqual([
    ['1', '1', 1, 1],
    ['1', '1', 1],
    ['1', '1', 1, 1],
    ['1', '1', 1],
  ])
  expect([...look(), count.peek()]).toEqual(['3', '3', 3, 3])
})

test('loops see the same messages in the same order as listeners', async () => {
  const { source, open } = createTestSource()
  const heard: unknown[] = []
  const looped: unknown[] = []
  source.on('*', (data) => heard.push(data))
  const looping = (async () => {
    for await (const { data } of source) looped.push(data)
  })()
  const stream = await open()
  await send(stream, numbered(1, 7), numbered(8, 9))
  source.close()
  await looping
  expect(looped).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9'])
  expect(heard).toEqual(looped)
})

test('10,000 events in one chunk are 10,000 calls and one run of an effect', async () => {
  const { source, open } = createTestSource()
  const listener = vi.fn()
  const runs = vi.fn()
  source.on('message', listener)
  effect(() => runs(source.latest.value?.data, source.messages.value.length))
  const stream = await open()
  runs.mockClear()
  await send(stream, numbered(1, 10_000))
  expect(listener).toHaveBeenCalledTimes(10_000)
  expect(runs.mock.calls).toEqual([['10000', 100]])
})

test('100,000 events in a burst of chunks arrive in order, with one run of an effect a chunk', async () => {
  const { source, open } = createTestSource()
  let expected = 1
  let outOfOrder = 0
  source.on('message', (data) => {
    if (data !== String(expected++)) outOfOrder++
  })
  const runs = vi.fn()
  effect(() => runs(source.latest.value?.data))
  const stream = await open()
  runs.mockClear()
  for (let chunk = 0; chunk < 20; chunk++)
    stream.send(numbered(chunk * 5000 + 1, chunk * 5000 + 5000))
  await vi.waitFor(() => expect(expected).toBe(100_001))
  await settle()
  expect(outOfOrder).toBe(0)
  expect(runs.mock.calls.map(([data]) => data)).toEqual(
    Array.from({ length: 20 }, (_, chunk) => String(chunk * 5000 + 5000)),
  )
})

test('a delivery that takes long lets the page breathe in between, and every slice is shown', async () => {
  const { source, open } = createTestSource()
  const heard: unknown[] = []
  source.on('message', (data) => {
    heard.push(data)
    vi.setSystemTime(Date.now() + 1)
  })
  const shown: unknown[] = []
  effect(() => void shown.push(source.latest.value?.data))
  const stream = await open()
  shown.length = 0
  stream.send(numbered(1, 100))
  await vi.waitFor(() => expect(heard).toHaveLength(100))
  await settle()
  expect(heard).toEqual(Array.from({ length: 100 }, (_, index) => String(index + 1)))
  expect(shown.length).toBeGreaterThan(1)
  expect(shown.at(-1)).toBe('100')
})

describe('listeners that change during a delivery', () => {
  test('one that is added hears the next message', async () => {
    const { source, open } = createTestSource()
    const late = vi.fn()
    const off = source.on('message', () => {
      off()
      source.on('message', late)
    })
    await send(await open(), block('1') + block('2') + block('3'))
    expect(late.mock.calls.map(([data]) => data)).toEqual(['2', '3'])
  })

  test('one that is removed by another hears nothing more, not even the message under way', async () => {
    const { source, open } = createTestSource()
    const removed = vi.fn()
    source.on('message', () => off())
    const off = source.on('message', removed)
    await send(await open(), block('1') + block('2'))
    expect(removed).not.toHaveBeenCalled()
  })

  test('one that removes itself does not keep its neighbour from hearing', async () => {
    const { source, open } = createTestSource()
    const neighbour = vi.fn()
    const off = source.on('message', () => off())
    source.on('message', neighbour)
    await send(await open(), block('1') + block('2'))
    expect(neighbour).toHaveBeenCalledTimes(2)
  })

  test('the same function twice is called twice, and removed one by one', async () => {
    const { source, open } = createTestSource()
    const listener = vi.fn()
    const off = source.on('message', listener)
    source.on('message', listener)
    const stream = await open()
    await send(stream, block('1'))
    expect(listener).toHaveBeenCalledTimes(2)
    off()
    off()
    await send(stream, block('2'))
    expect(listener).toHaveBeenCalledTimes(3)
  })
})

test('two equal messages are two changes', async () => {
  const { source, open } = createTestSource()
  const runs = vi.fn()
  effect(() => runs(source.latest.value?.data))
  const stream = await open()
  runs.mockClear()
  await send(stream, block('same'), block('same'))
  expect(runs.mock.calls).toEqual([['same'], ['same']])
})

test('what a listener writes and what the delivery shows is one run of an effect', async () => {
  const { source, open } = createTestSource()
  const unread = signal(0)
  source.on('message', () => {
    unread.value++
  })
  const runs = vi.fn()
  effect(() => runs(source.latest.value?.data, unread.value))
  const stream = await open()
  runs.mockClear()
  await send(stream, numbered(1, 3))
  expect(runs.mock.calls).toEqual([['3', 3]])
})
