/** Effects on the state and the cursor of a source, and verbs inside effects. */
import { computed, effect } from 'tidewire'
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
const reported = withReportedErrors()

const LONG = 600_000

describe('effects that use the verbs', () => {
  test('close on a message: the effect runs once more for nothing, and nothing is requested', async () => {
    const { source, server, open } = createTestSource()
    const seen: unknown[] = []
    effect(() => {
      const data = source.latest.value?.data
      seen.push(data)
      if (data === '2') source.close()
    })
    await send(await open(), numbered(1, 2))
    await advance(LONG)
    expect(seen).toEqual([undefined, '2'])
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
    expect(server.exchanges).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('reconnect on a state: one new attempt each time', async () => {
    const { source, server, open } = createTestSource()
    const states: string[] = []
    effect(() => {
      const state = source.state.value
      states.push(state.status)
      if (state.status === 'waiting') source.reconnect()
    })
    source.on('*', () => {})
    ;(await server.next()).cut()
    ;(await server.next()).cut()
    await open()
    await advance(LONG)
    expect(states).toEqual([
      'idle',
      'connecting',
      'waiting',
      'connecting',
      'waiting',
      'connecting',
      'open',
    ])
    expect(server.exchanges).toHaveLength(3)
  })

  test('reconnect on closed by failure: it is open again, and a loop begun there goes on', async () => {
    const { source, server, open } = createTestSource()
    const looped: unknown[] = []
    effect(() => {
      if (source.status.value !== 'closed') return
      source.reconnect()
      void (async () => {
        for await (const { data } of source) looped.push(data)
      })()
    })
    source.on('*', () => {})
    ;(await server.next()).respond(404)
    await send(await open(), numbered(1, 2))
    expect(source.status.peek()).toBe('open')
    expect(looped).toEqual(['1', '2'])
  })

  test('disconnect when a switch is off: one pause, no request', async () => {
    const { source, server, open } = createTestSource()
    const isOn = computed(() => source.latest.value?.data !== 'stop')
    effect(() => {
      if (!isOn.value) source.disconnect()
    })
    await send(await open(), block('stop', { id: '1' }))
    await advance(LONG)
    expect(source.state.peek()).toEqual({ status: 'paused', reasons: ['user'] })
    expect(server.exchanges).toHaveLength(1)
  })

  test('a verb inside an effect makes the effect depend on nothing', async () => {
    const { source, open } = createTestSource()
    const runs = vi.fn()
    effect(() => {
      runs()
      source.connect()
      source.on('message', () => {})
    })
    await send(await open(), numbered(1, 3))
    source.disconnect()
    expect(runs).toHaveBeenCalledTimes(1)
  })

  test('an endless quarrel between effect and state is cut off and reported', async () => {
    const { source, server } = createTestSource()
    effect(() => {
      if (source.status.value === 'paused') source.connect()
      else source.disconnect()
    })
    expect(reported.splice(0)).toEqual([expect.objectContaining({ message: 'Cycle detected' })])
    source.close()
    await advance(LONG)
    expect(server.live).toHaveLength(0)
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
  })
})

describe('state, status and lastEventId', () => {
  test('status changes only when it does', async () => {
    const { source, server } = createTestSource()
    const statuses: string[] = []
    const states: string[] = []
    effect(() => void statuses.push(source.status.value))
    effect(() => void states.push(source.state.value.status))
    source.on('*', () => {})
    await server.next()
    source.reconnect()
    await server.next()
    expect(states).toEqual(['idle', 'connecting', 'connecting'])
    expect(statuses).toEqual(['idle', 'connecting'])
  })

  test('the cursor is tracked by effects, and moves with the delivery', async () => {
    const { source, open } = createTestSource({ lastEventId: '0' })
    const seen: string[] = []
    effect(() => void seen.push(source.lastEventId))
    source.on('*', () => {})
    const stream = await open()
    await send(stream, numbered(1, 3), block('no id'), 'id: 9\n\n', 'id\ndata\n\n')
    expect(seen).toEqual(['0', '3', '9', ''])
  })

  test('inside a listener the cursor is already that of its message', async () => {
    const { source, open } = createTestSource()
    const seen: unknown[] = []
    source.on('message', (data, { id }) => seen.push([data, id, source.lastEventId]))
    await send(await open(), numbered(1, 2))
    expect(seen).toEqual([
      ['1', '1', '1'],
      ['2', '2', '2'],
    ])
  })

  test('state, cursor and messages are one change for an effect that sees them all', async () => {
    const { source, open } = createTestSource()
    const seen: unknown[] = []
    effect(
      () => void seen.push([source.status.value, source.lastEventId, source.latest.value?.data]),
    )
    const stream = await open()
    await send(stream, numbered(1, 2))
    source.close()
    expect(seen).toEqual([
      ['idle', '', undefined],
      ['connecting', '', undefined],
      ['open', '', undefined],
      ['open', '2', '2'],
      ['closed', '2', '2'],
    ])
  })

  test('an error is cleared once the stream is open again', async () => {
    const { source, server, open } = createTestSource()
    const seen: unknown[] = []
    effect(() => void seen.push([source.status.value, source.error.value?.code]))
    source.on('*', () => {})
    ;(await server.next()).cut()
    await settle()
    await advance(1500)
    await open()
    expect(seen).toEqual([
      ['idle', undefined],
      ['connecting', undefined],
      ['waiting', 'network'],
      ['connecting', 'network'],
      ['open', undefined],
    ])
  })
})
