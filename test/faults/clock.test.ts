import { expect, onTestFinished, test } from 'vitest'
import { type Clock, installClock, settle } from '../support/faults/index.js'

function clockAt(now?: number): Clock {
  const clock = installClock(now)
  onTestFinished(clock.restore)
  return clock
}

test('time stands still until it is moved, and all clocks move together', async () => {
  const clock = clockAt(1_000_000)
  const began = performance.now()
  const clocks = () => [Date.now(), Date.parse(new Date().toISOString()), clock.now]
  expect(clocks()).toEqual([1_000_000, 1_000_000, 1_000_000])
  await settle()
  expect(Date.now()).toBe(1_000_000)
  await clock.advance(1500)
  expect(clocks()).toEqual([1_001_500, 1_001_500, 1_001_500])
  expect(performance.now() - began).toBe(1500)
  expect(new Date(5)).toEqual(new Date('1970-01-01T00:00:00.005Z'))
  expect(new Date()).toBeInstanceOf(Date)
})

test('timers run when they are due, in their order, each at its own time', async () => {
  const clock = clockAt(0)
  const ran: [string, number][] = []
  const note = (name: string) => void ran.push([name, Date.now()])
  setTimeout(note, 30, 'late')
  setTimeout(note, 10, 'first of two')
  setTimeout(note, 10, 'second of two')
  setTimeout(note, 0, 'at once')
  await clock.advance(29)
  expect(ran).toEqual([
    ['at once', 0],
    ['first of two', 10],
    ['second of two', 10],
  ])
  expect(clock.pending).toBe(1)
  await clock.advance(1)
  expect(ran.at(-1)).toEqual(['late', 30])
  expect(clock.pending).toBe(0)
})

test('what a timer starts has settled before the next one runs', async () => {
  const clock = clockAt(0)
  const ran: string[] = []
  setTimeout(async () => {
    for (let count = 0; count < 100; count++) await Promise.resolve()
    ran.push('the work of the first')
    setTimeout(() => ran.push('a timer of the first'), 5)
  }, 10)
  setTimeout(() => ran.push('the second'), 10)
  await clock.advance(15)
  expect(ran).toEqual(['the work of the first', 'the second', 'a timer of the first'])
})

test('an interval runs again and again, until it is cleared', async () => {
  const clock = clockAt(0)
  const ran: number[] = []
  const interval = setInterval(() => ran.push(Date.now()), 10)
  await clock.advance(35)
  expect(ran).toEqual([10, 20, 30])
  clearInterval(interval)
  await clock.advance(35)
  expect(ran).toHaveLength(3)
  expect(clock.pending).toBe(0)
})

test('what is cleared does not run, also from within another timer', async () => {
  const clock = clockAt(0)
  const ran: string[] = []
  const second = setTimeout(() => ran.push('second'), 10)
  setTimeout(() => ran.push('third'), 10)
  const zeroth = setTimeout(() => clearTimeout(second), 5)
  clearTimeout(undefined)
  clearTimeout(12_345)
  await clock.advance(20)
  expect(ran).toEqual(['third'])
  clearTimeout(zeroth)
})

test('a machine that slept finds its timers late', async () => {
  const clock = clockAt(0)
  const ran: number[] = []
  setTimeout(() => ran.push(Date.now()), 10)
  clock.sleep(60_000)
  await settle()
  expect(ran).toEqual([])
  await clock.advance(0)
  expect(ran).toEqual([60_000])
})

test('the platform has its own back, and what waited never runs', async () => {
  const before = [Date, setTimeout, setInterval, clearTimeout, clearInterval]
  const descriptor = Object.getOwnPropertyDescriptor(performance, 'now')
  const clock = installClock(0)
  let ran = false
  setTimeout(() => {
    ran = true
  }, 1)
  clock.restore()
  expect([Date, setTimeout, setInterval, clearTimeout, clearInterval]).toEqual(before)
  expect(Object.getOwnPropertyDescriptor(performance, 'now')).toEqual(descriptor)
  expect(clock.pending).toBe(0)
  await new Promise((resolve) => setTimeout(resolve, 5))
  expect(ran).toBe(false)
})

test('ten thousand timers run in their order', async () => {
  const clock = clockAt(0)
  let last = 0
  let count = 0
  for (let index = 0; index < 10_000; index++)
    setTimeout(
      () => {
        expect(Date.now()).toBeGreaterThanOrEqual(last)
        last = Date.now()
        count++
      },
      (index * 7919) % 1000,
    )
  await clock.advance(1000)
  expect(count).toBe(10_000)
})
