/**
 * Storms: everything happens in any order, and what is delivered is what was published, once and in order, or there is exactly one
 * gap with the right reason; and nothing is left when it is over.
 *
 * `STORMS` sets how many there are of each kind. A failure prints its seed and path: `SEED=… RUN=…` repeats it, `SHRINK=1` looks
 * for a smaller one.
 */
import fc from 'fast-check'
import { afterEach, beforeEach, test } from 'vitest'
import { type Clock, installClock } from '../support/faults/index.js'
import { happenings, weatherOfSource } from '../support/source-storm.js'
import { type StormSetting, steps, weather } from '../support/storm.js'

const { STORMS = 100, SEED, RUN, SHRINK } = process.env

let clock: Clock
beforeEach(() => {
  clock = installClock(Date.parse('2026-11-20T12:00:00Z'))
})
afterEach(() => clock.restore())

const parameters = {
  numRuns: Number(STORMS),
  endOnFailure: !SHRINK,
  ...(SEED && { seed: Number(SEED) }),
  ...(RUN && { path: RUN }),
}
const LONG = 3_600_000

test.each<[string, StormSetting]>([
  ['a log that keeps everything', { keeps: 10_000, rules: 0 }],
  ['a log that keeps six events', { keeps: 6, rules: 0 }],
  ['rules that take their time', { keeps: 10_000, rules: 300 }],
  ['rules that take their time, and a log that keeps twelve', { keeps: 12, rules: 120 }],
])(
  'over clients and hubs: %s',
  async (_, setting) => {
    const storm = fc.asyncProperty(steps, (schedule) => weather(clock, schedule, setting))
    await fc.assert(storm, parameters)
  },
  LONG,
)

test.each([
  ['in sight or not', false as const],
  ['that pauses out of sight', 1500],
])(
  'over a plain source: %s',
  async (_, pauseWhenHidden) => {
    const storm = fc.asyncProperty(happenings, (schedule) =>
      weatherOfSource(clock, schedule, { pauseWhenHidden }),
    )
    await fc.assert(storm, parameters)
  },
  LONG,
)
