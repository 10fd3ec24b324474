/** What becomes of a source once nobody watches it. */
import { effect } from 'tidewire'
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

const GRACE = 250

describe('once nobody watches', () => {
  async function released() {
    const tested = createTestSource({ lastEventId: '7' })
    const { source, open } = tested
    const last = source.latestOf('message')
    const stop = source.on('*', () => {})
    const stream = await open()
    await send(stream, numbered(8, 9), block('x', { type: 'error' }))
    expect(source.error.peek()).toBeDefined()
    stop()
    await advance(GRACE)
    return { ...tested, last }
  }

  test('everything is forgotten', async () => {
    const { source, last } = await released()
    expect(source.latest.peek()).toBeUndefined()
    expect(source.messages.peek()).toEqual([])
    expect(last.peek()).toBeUndefined()
    expect(source.latestOf('error').peek()).toBeUndefined()
    expect(source.error.peek()).toBeUndefined()
    expect(source.lastEventId).toBe('7')
  })

  test('an effect on the cursor is told', async () => {
    const { source, open } = createTestSource({ lastEventId: '7' })
    const cursors: string[] = []
    effect(() => void cursors.push(source.lastEventId))
    const stop = source.on('*', () => {})
    await send(await open(), numbered(8, 9))
    stop()
    await advance(GRACE)
    expect(cursors).toEqual(['7', '9', '7'])
  })

  test('who comes next starts where the first one did', async () => {
    const { source, server } = await released()
    source.on('*', () => {})
    await settle()
    expect(server.exchanges.map(({ lastEventId }) => lastEventId)).toEqual(['7', '7'])
  })

  test('a stream under way is given up before its headers come', async () => {
    const { source, server } = createTestSource()
    const stop = source.on('*', () => {})
    const exchange = await server.next()
    stop()
    await advance(GRACE)
    expect(exchange.isAborted).toBe(true)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('a wait for the next attempt ends', async () => {
    const { source, server } = createTestSource()
    const stop = source.on('*', () => {})
    ;(await server.next()).cut()
    await settle()
    expect(source.status.peek()).toBe('waiting')
    stop()
    await advance(GRACE)
    expect(source.state.peek()).toEqual({ status: 'idle' })
    expect(vi.getTimerCount()).toBe(0)
    await advance(60_000)
    expect(server.exchanges).toHaveLength(1)
  })
})

describe('within the grace', () => {
  test('messages still arrive and are shown to who comes back', async () => {
    const { source, open } = createTestSource()
    const stop = effect(() => void source.latest.value)
    const stream = await open()
    stop()
    await send(stream, numbered(1, 2))
    const shown = vi.fn()
    effect(() => shown(source.latest.value?.data, source.messages.value.length))
    expect(shown.mock.calls).toEqual([['2', 2]])
  })

  test('a fold goes on as if it had been watched all the time', async () => {
    const { source, open } = createTestSource()
    const total = source.fold(0, (sum, { data }) => sum + Number(data))
    const stop = effect(() => void total.value)
    const stream = await open()
    await send(stream, numbered(1, 2))
    stop()
    await send(stream, numbered(3, 3))
    await advance(GRACE - 1)
    effect(() => void total.value)
    await send(stream, numbered(4, 4))
    expect(total.peek()).toBe(10)
  })
})
