/** A source is live while somebody watches it: the first one opens, the last one leaving lets go after a grace. */
import { computed, effect, type Source } from 'tidewire'
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

/** The ways to watch; each returns how to stop. */
const WATCHERS: Record<string, (source: Source) => () => void> = {
  'an effect on latest': (source) => effect(() => void source.latest.value),
  'an effect on messages': (source) => effect(() => void source.messages.value),
  'an effect on latestOf': (source) => effect(() => void source.latestOf('a').value),
  'an effect on a fold': (source) => {
    const count = source.fold(0, (n) => n + 1)
    return effect(() => void count.value)
  },
  'an effect on a fold with a snapshot': (source) => {
    const count = source.fold(
      async () => 0,
      (n) => n + 1,
    )
    return effect(() => void count.value)
  },
  'an effect on a computed of a computed': (source) => {
    const data = computed(() => source.latest.value?.data)
    const text = computed(() => String(data.value))
    return effect(() => void text.value)
  },
  'signal.subscribe': (source) => source.latest.subscribe(() => {}),
  'a listener': (source) => source.on('a', () => {}),
  "a listener for '*'": (source) => source.on('*', () => {}),
  'a listener for failures': (source) => source.on('error', () => {}),
  'a loop': (source) => {
    const loop = source[Symbol.asyncIterator]()
    return () => void loop.return?.()
  },
}

/** What only looks. */
const OBSERVERS: Record<string, (source: Source) => () => void> = {
  'an effect on state': (source) => effect(() => void source.state.value),
  'an effect on status': (source) => effect(() => void source.status.value),
  'an effect on error': (source) => effect(() => void source.error.value),
  'an effect on lastEventId': (source) => effect(() => void source.lastEventId),
  'reads of every signal': (source) => {
    for (const signal of [
      source.latest,
      source.messages,
      source.latestOf('a'),
      source.fold(0, Number),
    ])
      void [signal.value, signal.peek()]
    void [source.state.value, source.status.value, source.error.value, source.lastEventId]
    return () => {}
  },
  'a computed that nobody watches': (source) => {
    const text = computed(() => String(source.latest.value?.data))
    void text.value
    return () => {}
  },
  'a fold that nobody watches': (source) => {
    source.fold(
      async () => 0,
      (n) => n + 1,
    )
    return () => {}
  },
}

describe.each(Object.entries(WATCHERS))('%s', (_, watch) => {
  test('opens one stream, in the microtask', async () => {
    const { source, server } = createTestSource()
    watch(source)
    expect(source.state.peek()).toEqual({ status: 'idle' })
    await settle()
    expect(source.state.peek()).toEqual({ status: 'connecting', attempt: 0 })
    expect(server.exchanges).toHaveLength(1)
  })

  test('lets go of it a grace after it stops', async () => {
    const { source, server, open } = createTestSource()
    const stop = watch(source)
    const stream = await open()
    await send(stream, numbered(1, 1))
    stop()
    await advance(GRACE - 1)
    expect(stream.isLive).toBe(true)
    await advance(1)
    expect(stream.isAborted).toBe(true)
    expect(source.state.peek()).toEqual({ status: 'idle' })
    expect(vi.getTimerCount()).toBe(0)
    expect(server.exchanges).toHaveLength(1)
  })

  test('that stops and starts again within the grace costs nothing', async () => {
    const { source, server, open } = createTestSource()
    const stop = watch(source)
    const stream = await open()
    stop()
    await advance(GRACE - 1)
    watch(source)
    await advance(10 * GRACE)
    expect(stream.isLive).toBe(true)
    expect(server.exchanges).toHaveLength(1)
  })

  test('that comes and goes in one task opens nothing and leaves no timer', async () => {
    const { source, server } = createTestSource()
    const states = vi.fn()
    effect(() => states(source.status.value))
    watch(source)()
    await advance(GRACE)
    expect(server.exchanges).toHaveLength(0)
    expect(states.mock.calls).toEqual([['idle']])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('opens a new stream after it had let go', async () => {
    const { source, server, open } = createTestSource()
    const stop = watch(source)
    await open()
    stop()
    await advance(GRACE)
    watch(source)
    await open()
    expect(server.live).toHaveLength(1)
    expect(source.status.peek()).toBe('open')
  })
})

test.each(Object.entries(OBSERVERS))('%s opens nothing', async (_, observe) => {
  const { source, server } = createTestSource()
  const stop = observe(source)
  await advance(10 * GRACE)
  expect(server.exchanges).toHaveLength(0)
  expect(source.state.peek()).toEqual({ status: 'idle' })
  stop()
})

test.each(Object.entries(OBSERVERS))('%s does not keep a stream open', async (_, observe) => {
  const { source, open } = createTestSource()
  const stop = source.on('*', () => {})
  const stream = await open()
  observe(source)
  stop()
  await advance(GRACE)
  expect(stream.isLive).toBe(false)
})

test('all watchers of one microtask share one request', async () => {
  const { source, server } = createTestSource()
  for (const watch of Object.values(WATCHERS)) watch(source)
  await advance(1000)
  expect(server.exchanges).toHaveLength(1)
})

test('the source is let go of by the last watcher, whoever was first', async () => {
  const { source, open } = createTestSource()
  const stops = Object.values(WATCHERS).map((watch) => watch(source))
  const stream = await open()
  const last = stops.pop()
  for (const stop of stops) stop()
  await advance(10 * GRACE)
  expect(stream.isLive).toBe(true)
  last?.()
  await advance(GRACE)
  expect(stream.isLive).toBe(false)
})

test('a watcher that stops twice leaves once', async () => {
  const { source, open } = createTestSource()
  const off = source.on('a', () => {})
  source.on('b', () => {})
  const stream = await open()
  off()
  off()
  await advance(10 * GRACE)
  expect(stream.isLive).toBe(true)
})

test('an effect that reads a signal only now and then holds only then', async () => {
  const { source, open } = createTestSource()
  const { source: shown, open: openShown } = createTestSource()
  shown.on('*', () => {})
  const stop = effect(() => {
    if (shown.latest.value?.data === 'on') void source.latest.value
  })
  const screen = await openShown()
  await send(screen, block('on'))
  const stream = await open()
  await send(screen, block('off'))
  await advance(GRACE)
  expect(stream.isLive).toBe(false)
  stop()
})
