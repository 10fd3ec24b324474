/** A loop gets what was pushed, in order and once, and always lets go. */
import fc from 'fast-check'
import { OverflowError } from 'tidewire'
import { expect, test, vi } from 'vitest'
import { createQueue } from '../../src/channels/queue.js'

type Step = 'push' | 'next' | 'return' | 'end' | 'fail'

const step = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Step>('push') },
  { weight: 5, arbitrary: fc.constant<Step>('next') },
  { weight: 1, arbitrary: fc.constantFrom<Step>('return', 'end', 'fail') },
)

test('any interleaving of pushing, pulling and ending agrees with a list', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(step, { maxLength: 60 }),
      async (limit, steps) => {
        const left = vi.fn()
        const queue = createQueue<number>(limit, left)
        const fatal = new Error('fatal')
        const results: Promise<string>[] = []
        const expected: string[] = []

        // The same, without promises: what is queued, and who waits for the next one.
        let items: number[] = []
        let waiting: number[] = []
        let ended = false
        let error = ''
        const settle = (index: number) => {
          expected[index] = error || 'done'
          error = ''
        }
        const end = (reason: string) => {
          if (ended) return
          ended = true
          error = reason
          for (const index of waiting) settle(index)
          waiting = []
        }

        let pushed = 0
        for (const type of steps) {
          if (type === 'push') {
            const item = pushed++
            queue.push(item)
            const first = ended ? undefined : waiting.shift()
            if (first !== undefined) expected[first] = String(item)
            else if (!ended && items.length < limit) items.push(item)
            else end('overflow')
          } else if (type === 'next') {
            const index = results.length
            results.push(
              queue.iterator.next().then(
                ({ done, value }) => (done ? 'done' : String(value)),
                (thrown) => (thrown instanceof OverflowError ? 'overflow' : String(thrown.message)),
              ),
            )
            const item = items.shift()
            if (item !== undefined) expected[index] = String(item)
            else if (ended) settle(index)
            else waiting.push(index)
          } else if (type === 'return') {
            expect(await queue.iterator.return?.()).toEqual({ done: true, value: undefined })
            end('')
            items = []
            error = ''
          } else {
            queue.end(type === 'fail' ? fatal : undefined)
            end(type === 'fail' ? 'fatal' : '')
          }
          expect(left).toHaveBeenCalledTimes(ended ? 1 : 0)
        }
        await queue.iterator.return?.()
        end('')
        expect(await Promise.all(results)).toEqual(expected)
        expect(left).toHaveBeenCalledTimes(1)
      },
    ),
    { numRuns: 2000 },
  )
})

test('a long queue is emptied without moving it at every step', async () => {
  const queue = createQueue<number>(200_000, () => {})
  for (let item = 0; item < 200_000; item++) queue.push(item)
  let next = 0
  for (let round = 0; round < 200_000; round++) {
    const { value } = await queue.iterator.next()
    if (value !== next++) throw new Error(`${value} came instead of ${next - 1}`)
  }
  queue.end()
  expect(await queue.iterator.next()).toEqual({ done: true, value: undefined })
})
