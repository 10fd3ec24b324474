/**
 * A crowd after an outage, in simulated time: how many requests come in the busiest second, with the delays of Tidewire and with the
 * fixed delays of others. Everybody lost the stream in the same moment, as when a process dies.
 *
 * `CLIENTS=10000` is the long form, `FIGURES=1` prints the table.
 */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Clock, installClock } from '../support/faults/index.js'
import { type Crowd, peak, strandFixed, strandTidewire } from '../support/outage.js'
import { seeded } from '../support/seeded.js'

const CLIENTS = Number(process.env.CLIENTS ?? 200)
const SEED = 20_261_120
const LONG = 600_000
const SECOND = 1000

/** Milliseconds before every attempt, none of which grows or varies: as their sources have it. */
const PEERS = {
  // Chromium 3 s, Firefox 5 s.
  'native EventSource (Chromium)': 3000,
  'eventsource 5.1.5': 3000,
  'eventsource-client 1.2.0': 2000,
  'fetch-event-source 2.0.1': 1000,
}

let clock: Clock
beforeEach(() => {
  clock = installClock(Date.parse('2026-11-20T12:00:00Z'))
})
afterEach(() => clock.restore())

/** Of those that come once the server is there again. */
const returning = ({ asked }: Crowd, lasts: number) => asked.filter((at) => at > lasts)

function rowOf(crowd: Crowd, lasts: number) {
  return {
    'requests in all': crowd.asked.length,
    'busiest second': peak(crowd.asked, SECOND),
    'busiest second after the outage': peak(returning(crowd, lasts), SECOND),
    'busiest 100 ms after the outage': peak(returning(crowd, lasts), 100),
    'all served after (s)': (crowd.served - lasts) / SECOND,
  }
}

test.each([
  // The longer it lasts, the further the delays have grown apart.
  { lasts: 10_400, share: 0.4 },
  { lasts: 60_400, share: 0.15 },
])(
  `of ${CLIENTS} clients at most $share come back in the same second after $lasts ms, where with fixed delays all of them do`,
  async ({ lasts, share }) => {
    const outage = { clients: CLIENTS, lasts }
    const own = await strandTidewire(clock, seeded(SEED), outage)
    expect(clock.pending).toBe(0)
    const rows: Record<string, ReturnType<typeof rowOf>> = { Tidewire: rowOf(own, lasts) }
    for (const [name, delay] of Object.entries(PEERS)) {
      const crowd = strandFixed(delay, outage)
      expect(peak(returning(crowd, lasts), 1)).toBe(CLIENTS)
      rows[name] = rowOf(crowd, lasts)
    }
    if (process.env.FIGURES) {
      console.log(`${CLIENTS} clients, away for ${lasts / SECOND} s, seed ${SEED}`)
      console.table(rows)
    }
    // Each of them, and once.
    expect(returning(own, lasts)).toHaveLength(CLIENTS)
    expect(peak(returning(own, lasts), SECOND)).toBeLessThan(CLIENTS * share)
    // The price: nobody waits longer than the longest delay.
    expect(own.served - lasts).toBeLessThanOrEqual(30 * SECOND)
  },
  LONG,
)
