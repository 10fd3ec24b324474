/** Holders are counted right, whatever they do and in whatever order. */
import fc from 'fast-check'
import { expect, test, vi } from 'vitest'
import { createLease } from '../../src/channels/lease.js'
import { withFakeTime } from '../support/fake-time.js'

withFakeTime()

const GRACE = 250
const microtask = () => Promise.resolve()

type Step =
  | { readonly type: 'hold' | 'microtask' | 'end' }
  | { readonly type: 'release'; readonly which: number }
  | { readonly type: 'pass'; readonly milliseconds: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ type: 'hold' as const }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant('release' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.constant({ type: 'microtask' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      milliseconds: fc.constantFrom(1, 100, GRACE - 1, GRACE),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'end' as const }) },
)

test('it is started exactly while somebody holds, and for a grace afterwards', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const calls: string[] = []
      const lease = createLease(
        () => calls.push('start'),
        () => calls.push('stop'),
      )
      /** Released ones too: a second release changes nothing. */
      const releases: { release(): void; held: boolean }[] = []
      const holders = () => releases.filter(({ held }) => held).length
      let isStarted = false
      let isEnded = false
      let emptySince = 0

      for (const { type, ...details } of steps) {
        const before = holders()
        if (type === 'hold') releases.push({ release: lease.hold(), held: true })
        else if (type === 'release' && 'which' in details) {
          const entry = releases[details.which % (releases.length || 1)]
          entry?.release()
          if (entry) entry.held = false
        } else if (type === 'pass' && 'milliseconds' in details)
          await vi.advanceTimersByTimeAsync(details.milliseconds)
        else if (type === 'microtask') await microtask()
        else {
          isEnded = true
          lease.end()
        }
        if (before > 0 && holders() === 0) emptySince = Date.now()
        const mayStart = type === 'microtask' || type === 'pass' || type === 'end'
        if (holders() > 0) isStarted ||= mayStart
        else isStarted &&= !isEnded && Date.now() - emptySince < GRACE

        expect(calls.at(-1) === 'start').toBe(isStarted)
        expect(lease.isHeld).toBe(isStarted || holders() > 0)
        expect(vi.getTimerCount()).toBe(isStarted && holders() === 0 ? 1 : 0)
      }
      for (const { release } of releases) release()
      await vi.advanceTimersByTimeAsync(GRACE)
      expect(lease.isHeld).toBe(false)
      expect(vi.getTimerCount()).toBe(0)
      expect(calls).toEqual(calls.map((_, index) => (index % 2 ? 'stop' : 'start')))
      expect(calls.length % 2).toBe(0)
    }),
    { numRuns: 2000 },
  )
})
