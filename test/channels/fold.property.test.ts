/** However a stream is cut into chunks and connections, folds, listeners and loops end up with the whole log, once and in order. */
import fc from 'fast-check'
import { effect, type SeedContext } from 'tidewire'
import { expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import type { Exchange } from '../support/scripted-fetch.js'
import { createTestSource, numbered, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

type Step =
  /** So many characters of what is still to be sent, in one read. */
  | { readonly type: 'send'; readonly length: number }
  | { readonly type: 'cut' | 'end' | 'reconnect' | 'pause' | 'snapshot' | 'wait' }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ type: fc.constant('send' as const), length: fc.nat(60) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('cut', 'end', 'reconnect', 'pause', 'snapshot', 'wait' as const),
    }),
  },
)

test('folds, listeners and loops agree with the whole log', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 12 }),
      fc.array(step, { maxLength: 25 }),
      fc.nat(12),
      fc.boolean(),
      async (count, steps, ahead, isThrottled) => {
        const log = Array.from({ length: count }, (_, index) => String(index + 1))
        const { source, server } = createTestSource({
          history: Number.POSITIVE_INFINITY,
          throttle: isThrottled ? 50 : 0,
        })
        const pending: (() => void)[] = []
        const load = ({ at }: SeedContext) =>
          new Promise<readonly string[]>((resolve) => {
            // What the server had at some time since it was asked.
            pending.push(() => resolve(log.slice(0, Number(at) + ahead)))
          })
        const byValue = source.fold([] as unknown[], (list, { data }) => [...list, data])
        const byFunction = source.fold(
          () => [] as unknown[],
          (list, { data }) => [...list, data],
        )
        const bySnapshot = source.fold(load, (list, { id, data }) =>
          Number(id) <= list.length ? list : [...list, String(data)],
        )
        const heard: unknown[] = []
        const looped: unknown[] = []
        source.on('message', (data) => heard.push(data))
        effect(() => void [byValue.value, byFunction.value, bySnapshot.value])
        const looping = (async () => {
          for await (const { data } of source) looped.push(data)
        })()

        let stream: Exchange | undefined
        let rest = ''
        /** Answers a request that waits with the log after its cursor. */
        const serve = async () => {
          await settle()
          const latest = server.exchanges.at(-1)
          if (latest && latest !== stream && latest.isLive) {
            stream = latest.open()
            rest = numbered(Number(latest.lastEventId ?? 0) + 1, count)
            await settle()
          }
        }
        await serve()
        for (const { type, ...details } of steps) {
          const isLive = stream?.isLive
          if (type === 'send' && isLive && 'length' in details) {
            stream?.send(rest.slice(0, details.length))
            rest = rest.slice(details.length)
          } else if ((type === 'cut' || type === 'end') && isLive) stream?.[type]()
          else if (type === 'reconnect') source.reconnect()
          else if (type === 'pause') {
            source.disconnect()
            await settle()
            source.connect()
          } else if (type === 'snapshot') pending.shift()?.()
          else if (type === 'wait') await advance(40_000)
          await serve()
        }
        // In the end there is peace.
        source.reconnect()
        await serve()
        stream?.send(rest)
        await settle()
        for (const arrive of pending) arrive()
        await advance(1000)

        expect(byValue.peek()).toEqual(log)
        expect(byFunction.peek()).toEqual(log)
        expect(bySnapshot.peek()).toEqual(log)
        expect(heard).toEqual(log)
        expect(source.messages.peek().map(({ data }) => data)).toEqual(log)
        source.close()
        await looping
        expect(looped).toEqual(log)
        expect(vi.getTimerCount()).toBe(0)
      },
    ),
    { numRuns: 200 },
  )
})
