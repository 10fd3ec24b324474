/** Timers and cancellation: what ends with a signal leaves nothing behind. */
import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import { breathe, delay, LONGEST_DELAY, linked, race, after as waitThen } from '../src/abort.js'
import { advance, settle, withFakeTime } from './support/fake-time.js'

withFakeTime()

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('after', () => {
  test('calls once its time has come', async () => {
    const then = vi.fn()
    const { signal } = new AbortController()
    waitThen(100, signal, then)
    await advance(99)
    expect(then).not.toHaveBeenCalled()
    await advance(1)
    expect(then).toHaveBeenCalledTimes(1)
    expect(listenersOf(signal)).toBe(0)
  })

  test('calls nobody once the signal aborted, and keeps no timer', async () => {
    const then = vi.fn()
    const controller = new AbortController()
    waitThen(100, controller.signal, then)
    controller.abort()
    expect(vi.getTimerCount()).toBe(0)
    await advance(1000)
    expect(then).not.toHaveBeenCalled()
  })

  test('starts no timer for a signal that aborted before', () => {
    waitThen(100, AbortSignal.abort(), () => {})
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([LONGEST_DELAY + 1, 1e12, Number.POSITIVE_INFINITY])(
    'waits as long as a timer can for %d ms, not no time at all',
    async (milliseconds) => {
      const then = vi.fn()
      waitThen(milliseconds, new AbortController().signal, then)
      await advance(24 * 3_600_000)
      expect(then).not.toHaveBeenCalled()
    },
  )
})

describe('delay', () => {
  test('resolves once its time has come', async () => {
    const { signal } = new AbortController()
    let isOver = false
    const over = delay(100, signal).then(() => {
      isOver = true
    })
    await advance(99)
    expect(isOver).toBe(false)
    await advance(1)
    await over
    expect(isOver).toBe(true)
    expect(listenersOf(signal)).toBe(0)
  })

  test.each(['before', 'meanwhile'])('rejects with the reason of an abort %s', async (when) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    if (when === 'before') controller.abort(reason)
    const waiting = delay(100, controller.signal)
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('race', () => {
  test('settles as the promise does, and lets go of the signal', async () => {
    const { signal } = new AbortController()
    await expect(race(Promise.resolve(1), signal)).resolves.toBe(1)
    const reason = new Error('its own')
    await expect(race(Promise.reject(reason), signal)).rejects.toBe(reason)
    await settle()
    expect(listenersOf(signal)).toBe(0)
  })

  test.each(['before', 'meanwhile'])('rejects with the reason of an abort %s', async (when) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    if (when === 'before') controller.abort(reason)
    const racing = race(new Promise(() => {}), controller.signal)
    controller.abort(reason)
    await expect(racing).rejects.toBe(reason)
  })

  test('lets nobody down whose promise rejects after the abort', async () => {
    const controller = new AbortController()
    let fail = (_: unknown) => {}
    const racing = race(
      new Promise((_, reject) => {
        fail = reject
      }),
      controller.signal,
    )
    controller.abort(new Error('enough'))
    await expect(racing).rejects.toThrow('enough')
    fail(new Error('too late, and no unhandled rejection'))
    await settle()
  })
})

describe('linked', () => {
  test('aborts with its parent, for the same reason', () => {
    const parent = new AbortController()
    const child = linked(parent.signal)
    const reason = new Error('enough')
    parent.abort(reason)
    expect(child.signal.reason).toBe(reason)
  })

  test('has aborted where its parent had', () => {
    const reason = new Error('enough')
    expect(linked(AbortSignal.abort(reason)).signal.reason).toBe(reason)
  })

  test('aborted by itself it leaves its parent alone, and nothing on it', () => {
    const parent = new AbortController()
    const child = linked(parent.signal)
    expect(listenersOf(parent.signal)).toBe(1)
    child.abort()
    expect(parent.signal.aborted).toBe(false)
    expect(listenersOf(parent.signal)).toBe(0)
  })

  test.each([null, undefined])('needs no parent (%s)', (none) => {
    expect(linked(none).signal.aborted).toBe(false)
  })
})

describe('breathe', () => {
  test('takes a turn of the event loop, whatever the clock does', async () => {
    let isOver = false
    const over = breathe().then(() => {
      isOver = true
    })
    await Promise.resolve()
    expect(isOver).toBe(false)
    await over
    expect(vi.getTimerCount()).toBe(0)
  })
})
