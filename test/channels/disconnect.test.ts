/** A source that the user paused keeps what it has. */
import { effect } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { createTestSource, numbered, send, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const LONG = 600_000

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

  test('a fold that was kept starts anew once the source itself has forgotten everything', async () => {
    const { source, open } = createTestSource()
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    const stop = effect(() => void total.value)
    await send(await open(), numbered(1, 2))
    source.disconnect()
    stop()
    await advance(LONG)
    source.reconnect()
    await open()
    await advance(LONG)
    expect(source.status.peek()).toBe('idle')
    effect(() => void total.value)
    const stream = await open()
    expect(stream.lastEventId).toBeUndefined()
    await send(stream, numbered(1, 2))
    expect(total.peek()).toBe(3)
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
