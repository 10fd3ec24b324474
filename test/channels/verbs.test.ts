/** The verbs of a source that may be taken back. */
import { effect } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import {
  createTestSource,
  ENDPOINT,
  numbered,
  send,
  withReportedErrors,
} from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const LONG = 600_000

describe('connect', () => {
  test('opens and keeps open without any watcher', async () => {
    const { source, server, open } = createTestSource()
    source.connect()
    expect(source.status.peek()).toBe('connecting')
    const stream = await open()
    await send(stream, numbered(1, 3))
    await advance(LONG)
    expect(stream.isLive).toBe(true)
    expect(source.latest.peek()?.data).toBe('3')
    expect(server.exchanges).toHaveLength(1)
  })

  test('keeps open when the last watcher leaves', async () => {
    const { source, open } = createTestSource()
    const stop = source.on('*', () => {})
    const stream = await open()
    source.connect()
    stop()
    await advance(LONG)
    expect(stream.isLive).toBe(true)
  })

  test('twice holds once', async () => {
    const { source, open } = createTestSource()
    source.connect()
    source.connect()
    const stream = await open()
    source.disconnect()
    source.reconnect()
    await advance(LONG)
    expect(stream.isAborted).toBe(true)
    expect(source.status.peek()).toBe('idle')
  })

  test('leaves closed by failure, and what was watched goes on', async () => {
    const { source, server, open } = createTestSource()
    const heard: unknown[] = []
    source.on('message', (data) => heard.push(data))
    const count = source.fold(0, (n) => n + 1)
    const shown: unknown[] = []
    effect(() => void shown.push(count.value))
    ;(await server.next()).respond(404)
    await settle()
    expect(source.state.peek()).toMatchObject({ status: 'closed', reason: 'failed' })
    source.connect()
    await send(await open(), numbered(1, 2))
    expect(heard).toEqual(['1', '2'])
    expect(shown).toEqual([0, 2])
  })

  test('serves a fold that began to be watched while the source was closed', async () => {
    const { source, server, open } = createTestSource()
    const stop = source.on('*', () => {})
    ;(await server.next()).respond(404)
    await settle()
    const count = source.fold(0, (n) => n + 1)
    const loaded = source.fold(
      async () => 10,
      (n) => n + 1,
    )
    effect(() => void [count.value, loaded.value])
    await settle()
    expect(loaded.peek()).toBeUndefined()
    stop()
    source.reconnect()
    await send(await open(), numbered(1, 2))
    expect(count.peek()).toBe(2)
    expect(loaded.peek()).toBe(12)
  })
})

describe('disconnect', () => {
  test('ends the stream, keeps the values and is undone by connect, which resumes', async () => {
    const { source, server, open } = createTestSource()
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    effect(() => void [source.latest.value, total.value])
    const stream = await open()
    await send(stream, numbered(1, 2))
    source.disconnect()
    expect(source.state.peek()).toEqual({ status: 'paused', reasons: ['user'] })
    await advance(LONG)
    expect(stream.isAborted).toBe(true)
    expect(source.latest.peek()?.data).toBe('2')
    expect(server.exchanges).toHaveLength(1)

    source.connect()
    const next = await open()
    expect(next.lastEventId).toBe('2')
    await send(next, numbered(3, 3))
    expect(total.peek()).toBe(6)
    expect(source.messages.peek()).toHaveLength(3)
  })

  test('keeps the values where only connect held the source', async () => {
    const { source, open } = createTestSource()
    source.connect()
    await send(await open(), numbered(1, 2))
    source.disconnect()
    await advance(LONG)
    expect(source.latest.peek()?.data).toBe('2')
    expect(source.messages.peek()).toHaveLength(2)
    expect(source.lastEventId).toBe('2')
    source.connect()
    const stream = await open()
    expect(stream.lastEventId).toBe('2')
  })

  test('keeps a fold too while nobody watches it', async () => {
    const { source, open } = createTestSource()
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    let stop = effect(() => void total.value)
    await send(await open(), numbered(1, 2))
    source.disconnect()
    stop()
    await advance(LONG)
    expect(total.peek()).toBe(3)
    stop = effect(() => void total.value)
    source.connect()
    await send(await open(), numbered(3, 3))
    expect(total.peek()).toBe(6)
    stop()
  })

  test('a fold that missed messages meanwhile starts anew', async () => {
    const { source, open } = createTestSource()
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    effect(() => void total.value)()
    const stop = effect(() => void total.value)
    await send(await open(), numbered(1, 2))
    source.disconnect()
    stop()
    await advance(LONG)
    source.connect()
    const stream = await open()
    await send(stream, numbered(3, 3))
    expect(total.peek()).toBe(3)
    effect(() => void total.value)
    await settle()
    expect(total.peek()).toBe(0)
    await send(stream, numbered(4, 4))
    expect(total.peek()).toBe(4)
  })

  test('before anybody watched keeps a watcher from opening', async () => {
    const { source, server } = createTestSource()
    source.disconnect()
    source.on('*', () => {})
    await advance(LONG)
    expect(server.exchanges).toHaveLength(0)
    expect(source.status.peek()).toBe('paused')
    source.connect()
    await settle()
    expect(server.exchanges).toHaveLength(1)
  })

  test('inside a listener: the rest of the chunk is neither delivered nor counted', async () => {
    const { source, open } = createTestSource()
    const heard: unknown[] = []
    source.on('message', (data) => {
      heard.push(data)
      if (data === '2') source.disconnect()
    })
    await send(await open(), numbered(1, 5))
    expect(heard).toEqual(['1', '2'])
    expect(source.latest.peek()?.data).toBe('2')
    expect(source.lastEventId).toBe('2')
    source.connect()
    expect((await open()).lastEventId).toBe('2')
  })
})

describe('reconnect', () => {
  test('replaces the stream and resumes', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    const stream = await open()
    await send(stream, numbered(1, 2))
    source.reconnect()
    const next = await open()
    expect(stream.isAborted).toBe(true)
    expect(next.lastEventId).toBe('2')
    expect(source.messages.peek()).toHaveLength(2)
  })

  test('without a watcher opens a stream that ends after the grace', async () => {
    const { source, server, open } = createTestSource()
    source.reconnect()
    const stream = await open()
    await advance(250)
    expect(stream.isAborted).toBe(true)
    expect(source.status.peek()).toBe('idle')
    expect(server.exchanges).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

test('verbs, listeners and signals work without their object', async () => {
  const { source, open } = createTestSource()
  const { connect, disconnect, reconnect, close, on, latestOf, fold, latest } = source
  const listener = vi.fn()
  on('message', listener)
  connect()
  await send(await open(), numbered(1, 1))
  disconnect()
  connect()
  await open()
  reconnect()
  await open()
  expect(latestOf('message').peek()).toEqual(latest.peek())
  expect(fold(5, (n) => n).peek()).toBe(5)
  close()
  expect(listener).toHaveBeenCalledTimes(1)
  expect(source.status.peek()).toBe('closed')
})

test('a url may be a string, a URL, or a function asked for every attempt', async () => {
  const asked: string[] = []
  for (const url of [new URL(ENDPOINT), ENDPOINT, () => ENDPOINT, async () => new URL(ENDPOINT)]) {
    const { source, server } = createTestSource({}, url)
    source.connect()
    asked.push((await server.next()).request.url)
  }
  expect(asked).toEqual([ENDPOINT, ENDPOINT, ENDPOINT, ENDPOINT])
})
