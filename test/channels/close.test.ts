/** A closed source is closed: nothing is asked for, heard or left behind. */
import { effect } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { createTestSource, numbered, send, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const LONG = 600_000

describe('close', () => {
  test('is final: no verb and no watcher opens anything, and no timer is left', async () => {
    const { source, server, open } = createTestSource()
    const stops = [
      source.on('*', () => {}),
      effect(() => void [source.latest.value, source.fold(0, (n) => n + 1).value]),
    ]
    const stream = await open()
    await send(stream, numbered(1, 2))
    source.close()
    expect(stream.isAborted).toBe(true)
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
    expect(vi.getTimerCount()).toBe(0)

    source.connect()
    source.reconnect()
    source.disconnect()
    source.close()
    stops.push(source.on('*', () => {}))
    await settle()
    for (const stop of stops) stop()
    expect(vi.getTimerCount()).toBe(0)
    await advance(LONG)
    expect(server.exchanges).toHaveLength(1)
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
    expect(source.latest.peek()?.data).toBe('2')
    expect(source.messages.peek()).toHaveLength(2)
    expect(source.lastEventId).toBe('2')
  })

  test('before the first watcher opens nothing ever', async () => {
    const { source, server } = createTestSource()
    source.close()
    source.on('*', () => {})
    source.connect()
    await advance(LONG)
    expect(server.exchanges).toHaveLength(0)
  })

  test('inside a listener: the rest of the chunk is neither delivered nor counted', async () => {
    const { source, open } = createTestSource()
    const heard: unknown[] = []
    const all: unknown[] = []
    const folded: unknown[] = []
    source.on('message', (data) => {
      heard.push(data)
      if (data === '2') source.close()
    })
    source.on('*', (data) => all.push(data))
    const count = source.fold(0, (n, { data }) => {
      folded.push(data)
      return n + 1
    })
    effect(() => void count.value)
    const loop = source[Symbol.asyncIterator]()
    await send(await open(), numbered(1, 5))
    expect([heard, all, folded]).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ])
    expect(count.peek()).toBe(2)
    expect((await loop.next()).value?.data).toBe('1')
    expect((await loop.next()).value?.data).toBe('2')
    expect(await loop.next()).toEqual({ done: true, value: undefined })
    expect(source.latest.peek()?.data).toBe('2')
    expect(source.lastEventId).toBe('2')
  })

  test.runIf(Symbol.dispose)('is what leaving a `using` block does', async () => {
    const { source, open } = createTestSource()
    source.connect()
    await open()
    source[Symbol.dispose]()
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
  })

  test('by the signal of the options does the same', async () => {
    const controller = new AbortController()
    const { source, open } = createTestSource({ signal: controller.signal })
    source.on('*', () => {})
    const stream = await open()
    controller.abort()
    expect(stream.isAborted).toBe(true)
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
    expect(vi.getTimerCount()).toBe(0)
  })
})
