/** Another url, another body, nothing, nonsense. */
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  counting,
  createEndpoint,
  GRACE,
  type Host,
  latest,
  mount,
  type Part,
  type SourcePart,
  status,
  tick,
  type View,
  withBrowserTime,
} from './host.js'

export function targets(host: Host): void {
  describe(`${host.name}: useSSE given another target`, () => {
    withBrowserTime()

    test('starts anew and lets go of the old', async () => {
      const before = createEndpoint()
      const after = createEndpoint()
      const part = { name: 'a', show: latest }
      const page = await mount(host, [
        { ...part, target: before.url, options: { fetch: before.fetch } },
      ])
      await before.send(tick(1))
      expect(page.text('a')).toBe('1')

      await page.show({ ...part, target: after.url, options: { fetch: after.fetch } })
      expect(page.text('a')).toBe('undefined')
      expect(before.live()).toHaveLength(1)
      await advance(GRACE)
      expect(before.exchanges.map(({ isAborted }) => isAborted)).toEqual([true])
      await after.send(tick(2))
      expect(page.text('a')).toBe('2')
    })

    test('is requested once it stays, not for every change on the way', async () => {
      const endpoints = Array.from({ length: 5 }, createEndpoint)
      const part = { name: 'a', show: status }
      const targets = endpoints.map(({ url, fetch }) => ({
        ...part,
        target: url,
        options: { fetch },
      }))
      const page = await mount(host, [])
      for (const target of targets) await page.show(target)
      await advance(GRACE)
      expect(endpoints.map(({ live }) => live().length)).toEqual([0, 0, 0, 0, 1])
      expect(endpoints.flatMap(({ exchanges }) => exchanges).length).toBeLessThanOrEqual(5)
      expect(page.text('a')).toBe('open')
    })

    test('and back finds the old connection within the grace', async () => {
      const { url, fetch, send, exchanges } = createEndpoint()
      const other = createEndpoint()
      const a: Part = { name: 'a', target: url, options: { fetch }, show: latest }
      const page = await mount(host, [a])
      await send(tick(1))
      await page.show({ ...a, target: other.url, options: { fetch: other.fetch } })
      await page.show(a)
      await advance(GRACE)
      expect(exchanges).toHaveLength(1)
      expect(other.live()).toHaveLength(0)
      expect(page.text('a')).toBe('1')
    })

    test('is a new JSON body, compared by value', async () => {
      const endpoint = createEndpoint()
      const { url, fetch, exchanges } = endpoint
      const part = (prompt: string): Part => ({
        name: 'a',
        target: url,
        options: { fetch, body: { prompt } },
        show: latest,
      })
      const page = await mount(host, [part('one')])
      await endpoint.send(tick(1))
      await page.show(part('one'))
      expect(exchanges).toHaveLength(1)
      await page.show(part('two'))
      expect(page.text('a')).toBe('undefined')
      await advance(GRACE)
      expect(exchanges.map(({ isAborted }) => isAborted)).toEqual([true, false])
      const bodies = await Promise.all(exchanges.map(({ request }) => request.clone().text()))
      expect(bodies).toEqual(['{"prompt":"one"}', '{"prompt":"two"}'])
    })

    test('`null` waits, and does nothing when told to', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      let view: View | undefined
      const part = {
        name: 'a',
        options: { fetch },
        fold: counting,
        onRender: (rendered: View) => {
          view = rendered
        },
        show: (
          { state, messages, lastEventId, connected, latestOf, error }: View,
          count: unknown,
        ) =>
          [state.status, messages, lastEventId, connected, latestOf('tick'), error, count].join(),
      }
      const page = await mount(host, [{ ...part, target: null }])
      const idle = 'idle,,,false,,,0'
      expect(page.text('a')).toBe(idle)
      view?.connect()
      view?.reconnect()
      view?.disconnect()
      view?.close()
      for await (const _ of (view as View).source) expect.unreachable()
      await advance(GRACE)
      expect(page.text('a')).toBe(idle)

      await page.show({ ...part, target: url })
      expect(exchanges).toHaveLength(1)
      expect(page.text('a')).toBe('open,,,true,,,0')
      await page.show({ ...part, target: undefined })
      await advance(GRACE)
      expect(exchanges[0]?.isAborted).toBe(true)
      expect(page.text('a')).toBe(idle)
    })

    test('that is none is a TypeError which says what is wanted', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      const failure = (part: Omit<SourcePart, 'name'>) =>
        String(host.failureOf({ name: 'a', ...part }))
      expect(failure({ target: 7 as never })).toBe(
        'TypeError: useSSE: the url is a string or a URL, or null to wait, not 7.',
      )
      expect(failure({ target: 'http://[' })).toMatch(/^TypeError: "http:\/\/\[" is no/)
      expect(failure({ target: '/', options: { history: -1 } })).toMatch(
        /^RangeError: useSSE: the option "history"/,
      )
      expect(failure({ target: '/', options: { method: 'GET', body: 'x' } })).toMatch(
        /^TypeError: useSSE: a GET request has no body/,
      )
    })
  })
}
