/**
 * A long life: nothing grows, and nothing is left.
 *
 * `SOAK` is how many minutes of simulated time it lasts; `SOAK=60` is the long form. `FIGURES=1` prints what it came to.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Clock, installClock } from '../support/faults/index.js'
import { seeded } from '../support/seeded.js'
import { soak } from '../support/soak.js'

const MINUTES = Number(process.env.SOAK ?? 3)
const SEED = Number(process.env.SEED ?? 20_261_120)
const LONG = 900_000
/**
 * What the engine keeps for itself, in bytes: the code that it compiles meanwhile, and the tables of a map, which double and shrink
 * whatever is in them. In the long form 200 bytes left behind by each mount would exceed it.
 */
const SLACK = 2_500_000

let clock: Clock
beforeEach(() => {
  clock = installClock(Date.parse('2026-11-20T12:00:00Z'))
})
afterEach(() => clock.restore())

test(
  `after ${MINUTES} minutes of coming and going the heap is as it was, and no timer, listener, stream or channel is left`,
  async () => {
    const { heap, ...figures } = await soak(clock, seeded(SEED), MINUTES)
    if (process.env.FIGURES) console.log({ minutes: MINUTES, ...figures, heap })
    expect(figures.mounts).toBeGreaterThanOrEqual(MINUTES * 290)
    expect(figures.opens).toBeGreaterThan(MINUTES * 10)
    expect(heap.end - heap.third).toBeLessThan(SLACK)
    expect(heap.closed - heap.third).toBeLessThan(SLACK)
  },
  LONG,
)
