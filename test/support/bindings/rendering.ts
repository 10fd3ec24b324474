/** What is shown, and how often a component is called for it. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Source } from '../../../src/channels/source.js'
import {
  advance,
  createEndpoint,
  type Events,
  type Host,
  latest,
  mount,
  type SourcePart,
  settle,
  status,
  tick,
  ticks,
  type View,
  withBrowserTime,
} from './host.js'

export function rendering(host: Host): void {
  describe(`${host.name}: useSSE renders`, () => {
    withBrowserTime()

    test('shows what arrives and how the connection is', async () => {
      const { url, fetch, send } = createEndpoint()
      const show = ({ state, status, connected, latest, messages, lastEventId, error }: View) =>
        JSON.stringify({
          state: state.status,
          status,
          connected,
          latest: latest?.data,
          messages: messages.map(({ data }) => data),
          lastEventId,
          error: error?.code,
        })
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch }, show }])
      const shown = () => JSON.parse(page.text('a') ?? '')
      const open = { state: 'open', status: 'open', connected: true }
      expect(shown()).toEqual({ ...open, messages: [], lastEventId: '' })
      await send(tick(1) + tick(2))
      expect(shown()).toEqual({ ...open, latest: '2', messages: ['1', '2'], lastEventId: '2' })
    })

    test('shows a failure until all is well again', async () => {
      const endpoint = createEndpoint()
      const { url, fetch } = endpoint
      const show = ({ error, state }: View) => `${state.status} ${error?.code}`
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch }, show }])
      endpoint.last().cut()
      await settle()
      expect(page.text('a')).toBe('waiting network')
      await advance(1000)
      expect(page.text('a')).toBe('open undefined')
    })

    test('shows data that could not be read until the next that can', async () => {
      const { url, fetch, send } = createEndpoint()
      const page = await mount(host, [
        {
          name: 'a',
          target: url,
          options: { fetch, parse: 'json' },
          show: ({ error }) => error?.code,
        },
      ])
      await send('data: no JSON\n\n')
      expect(page.text('a')).toBe('decode')
      await send('data: 1\n\n')
      expect(page.text('a')).toBe('undefined')
    })

    test('shows the last of each type', async () => {
      const { url, fetch, send } = createEndpoint()
      const show = ({ latestOf }: View) =>
        `${latestOf('tick')?.data} ${latestOf('tock')?.data} ${latestOf('tick')?.id}`
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch }, show }])
      await send(tick(1) + tick(2, 'tock') + tick(3) + tick(4, 'tock'))
      expect(page.text('a')).toBe('3 4 3')
    })

    /** A part that counts its renders from now on. */
    const counted = (part: SourcePart) => {
      let renders = 0
      return {
        part: { ...part, onRender: () => void renders++ },
        renders: () => renders / host.rendersPerChange,
        reset: () => {
          renders = 0
        },
      }
    }

    test('for what it reads, and for nothing else', async () => {
      const endpoint = createEndpoint()
      const { url, fetch, send } = endpoint
      const target = { target: url, options: { fetch } }
      const shows: Record<string, SourcePart['show']> = {
        nothing: () => '',
        status,
        connected: ({ connected }) => connected,
        source: ({ source, reconnect }) => typeof source + typeof reconnect,
        latest,
        tock: ({ latestOf }) => latestOf('tock')?.data,
        lastEventId: ({ lastEventId }) => lastEventId,
      }
      const parts = Object.entries(shows).map(([name, show = latest]) =>
        counted({ name, ...target, show }),
      )
      await mount(
        host,
        parts.map(({ part }) => part),
      )
      const rendersOf = async (happens: () => unknown) => {
        for (const { reset } of parts) reset()
        await happens()
        await settle()
        return Object.fromEntries(
          parts
            .filter(({ renders }) => renders())
            .map(({ part, renders }) => [part.name, renders()]),
        )
      }
      expect(await rendersOf(() => send(tick(1) + tick(2)))).toEqual({
        latest: 1,
        lastEventId: 1,
      })
      expect(await rendersOf(() => send(tick(3, 'tock')))).toEqual({
        latest: 1,
        tock: 1,
        lastEventId: 1,
      })
      expect(await rendersOf(() => send('id: 4\n\n'))).toEqual({ lastEventId: 1 })
      expect(await rendersOf(() => send(': comment\n\n'))).toEqual({})
      expect(await rendersOf(() => endpoint.last().cut())).toEqual({ status: 1, connected: 1 })
    })

    test('what it reads later, up to date from then on', async () => {
      const { url, fetch, send } = createEndpoint()
      const part: SourcePart = { name: 'a', target: url, options: { fetch }, show: status }
      const page = await mount(host, [part])
      await send(tick(1))
      await page.show({ ...part, show: ticks })
      expect(page.text('a')).toBe('1')
      await send(tick(2))
      expect(page.text('a')).toBe('1,2')
      await page.show({ ...part, show: ({ latestOf }) => latestOf('tick')?.data })
      expect(page.text('a')).toBe('2')
      await send(tick(3) + tick(4, 'tock'))
      expect(page.text('a')).toBe('3')
    })

    test('once for 10,000 events in one chunk', async () => {
      const { url, fetch, send } = createEndpoint()
      const calls: unknown[] = []
      const { part, renders, reset } = counted({ name: 'a', target: url, options: { fetch } })
      const page = await mount(host, [
        {
          ...part,
          show: ({ latest, messages, source }) => `${latest?.data} ${messages.length} ${source}`,
        },
        {
          name: 'b',
          target: url,
          options: { fetch },
          fold: { seed: 0, reduce: (_, { data }) => calls.push(data) },
          show: (_, folded) => folded,
        },
      ])
      reset()
      await send(Array.from({ length: 10_000 }, (_, n) => tick(n)).join(''))
      expect(renders()).toBe(1)
      expect(page.text('a')).toMatch(/^9999 100 /)
      expect(page.text('b')).toBe('10000')
      expect(calls).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)))
    })

    test('once a delivery for 100,000 events in one burst, which arrive in order', async () => {
      vi.useRealTimers()
      const endpoint = createEndpoint()
      const { url, fetch } = endpoint
      const { part, renders, reset } = counted({ name: 'a', target: url, options: { fetch } })
      let view: View | undefined
      await mount(host, [
        {
          ...part,
          show: (rendered) => {
            view = rendered
            return rendered.latest?.data
          },
        },
      ])
      const source = (view as unknown as View).source
      const received: string[] = []
      let deliveries = -1
      const stops = [
        source.on('tick', (n) => received.push(n)),
        source.latest.subscribe(() => deliveries++),
      ]
      onTestFinished(() => {
        for (const stop of stops) stop()
      })
      reset()
      const all = Array.from({ length: 100_000 }, (_, n) => n)
      const text = all.map((n) => tick(n)).join('')
      for (let at = 0; at < text.length; at += 65_536)
        endpoint.last().send(text.slice(at, at + 65_536))
      await expect.poll(() => received.length, { timeout: 10_000 }).toBe(100_000)
      await settle()
      expect(received).toEqual(all.map(String))
      expect(renders()).toBe(deliveries)
    })

    test('a listener that throws is reported, and the page goes on', async () => {
      const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {})
      const { url, fetch, send } = createEndpoint()
      const failure = new Error('a listener')
      let source: Source<Events> | undefined
      const page = await mount(host, [
        {
          name: 'a',
          target: url,
          options: { fetch },
          show: (view) => {
            source = view.source
            return view.latest?.data
          },
        },
      ])
      source?.on('tick', () => {
        throw failure
      })
      await send(tick(1) + tick(2))
      expect(page.text('a')).toBe('2')
      expect(reported.mock.calls).toEqual([[failure], [failure]])
    })
  })
}
