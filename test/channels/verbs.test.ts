/** The verbs of a source that open something. */
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
