import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createTimerWheel } from '../../src/server/timer-wheel.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('runs each entry once, not before its time and soon after it, however far', async () => {
  const wheel = createTimerWheel(() => {})
  const started = performance.now()
  const late = new Map<number, number>()
  for (const due of [0, 1, 99, 100, 101, 5000, 51_200, 51_300, 180_000])
    wheel.add(due, () => late.set(due, performance.now() - started - due))
  await vi.advanceTimersByTimeAsync(200_000)
  expect(late.size).toBe(9)
  for (const by of late.values()) {
    expect(by).toBeGreaterThanOrEqual(0)
    expect(by).toBeLessThanOrEqual(200)
  }
})

test('takes an entry back', async () => {
  const wheel = createTimerWheel(() => {})
  const run = vi.fn()
  const cancel = wheel.add(500, run)
  cancel()
  cancel()
  expect(wheel.size).toBe(0)
  await vi.advanceTimersByTimeAsync(1000)
  expect(run).not.toHaveBeenCalled()
})

test('ticks only while something waits', async () => {
  const wheel = createTimerWheel(() => {})
  expect(vi.getTimerCount()).toBe(0)
  wheel.add(300, () => {})
  wheel.add(100, () => {})
  expect(vi.getTimerCount()).toBe(1)
  await vi.advanceTimersByTimeAsync(1000)
  expect([wheel.size, vi.getTimerCount()]).toEqual([0, 0])
  const run = vi.fn()
  wheel.add(300, run)
  await vi.advanceTimersByTimeAsync(600)
  expect(run).toHaveBeenCalledOnce()
})

test('an entry may add another, and one that throws stops nobody', async () => {
  const errors: unknown[] = []
  const wheel = createTimerWheel((error) => errors.push(error))
  const run = vi.fn()
  wheel.add(100, () => {
    throw new Error('of the entry')
  })
  wheel.add(100, () => wheel.add(100, run))
  await vi.advanceTimersByTimeAsync(600)
  expect(run).toHaveBeenCalledOnce()
  expect(errors).toHaveLength(1)
})

test('after a long sleep everything that is due runs, once', async () => {
  const wheel = createTimerWheel(() => {})
  const run = vi.fn()
  for (let due = 0; due < 100_000; due += 1000) wheel.add(due, run)
  const clock = vi.spyOn(performance, 'now').mockReturnValue(performance.now() + 500_000)
  await vi.advanceTimersByTimeAsync(200)
  expect(run).toHaveBeenCalledTimes(100)
  clock.mockRestore()
})

test('stop forgets everything', async () => {
  const wheel = createTimerWheel(() => {})
  const run = vi.fn()
  wheel.add(100, run)
  wheel.stop()
  await vi.advanceTimersByTimeAsync(1000)
  expect([run.mock.calls.length, wheel.size, vi.getTimerCount()]).toEqual([0, 0, 0])
})

test('waits for ever without a timer', () => {
  const wheel = createTimerWheel(() => {})
  const cancel = wheel.add(Number.POSITIVE_INFINITY, () => {})
  expect(wheel.size).toBe(0)
  expect(vi.getTimerCount()).toBe(0)
  cancel()
})
