/** Folds and signals that belong to no hook's result. */
import { describe, expect, test } from 'vitest'
import { createSource } from '../../../src/channels/source.js'
import { type Feed, signal } from '../../../src/index.js'
import {
  advance,
  counting,
  createEndpoint,
  type Events,
  type Folded,
  GRACE,
  type Host,
  mount,
  type Part,
  settle,
  tick,
  withBrowserTime,
} from './host.js'

export function folds(host: Host): void {
  describe(`${host.name}: useFold`, () => {
    withBrowserTime()

    test('shows everything that came, and starts anew with another feed', async () => {
      const [one, two] = [createEndpoint(), createEndpoint()]
      const sources = [one, two].map(({ url, fetch }) => createSource<Events>(url, { fetch }))
      const joined: Folded = { seed: '', reduce: (text, { data }) => `${text}${data}` }
      const part = (feed: Feed<Events> | null): Part => ({ name: 'a', feed, fold: joined })
      const page = await mount(host, [part(null)])
      expect(page.text('a')).toBe('')
      await page.show(part(sources[0]!))
      await one.send(tick(1) + tick(2))
      await page.show(part(sources[0]!))
      expect(page.text('a')).toBe('12')
      await page.show(part(sources[1]!))
      expect(page.text('a')).toBe('')
      await advance(GRACE)
      await two.send(tick(3))
      expect(page.text('a')).toBe('3')
      expect(one.live()).toHaveLength(0)
      await page.show(part(null))
      await advance(GRACE)
      expect(page.text('a')).toBe('')
      expect(two.live()).toHaveLength(0)
    })

    test('follows the source of useSSE and holds it alone', async () => {
      const endpoint = createEndpoint()
      const other = createEndpoint()
      const part = ({ url, fetch }: typeof endpoint): Part => ({
        name: 'a',
        target: url,
        options: { fetch },
        fold: counting,
        show: (_, count) => count,
      })
      const page = await mount(host, [part(endpoint)])
      await endpoint.send(tick(1) + tick(2))
      expect(page.text('a')).toBe('2')
      await page.show(part(other))
      expect(page.text('a')).toBe('0')
      await other.send(tick(1))
      expect(page.text('a')).toBe('1')
      expect(endpoint.exchanges).toHaveLength(1)
      expect(other.exchanges).toHaveLength(1)
    })

    test('is undefined until an async seed is there', async () => {
      const { url, fetch, send } = createEndpoint()
      const source = createSource<Events>(url, { fetch })
      let load = (_: unknown) => {}
      const snapshot = new Promise((resolve) => {
        load = resolve
      })
      const fold: Folded = {
        seed: async () => snapshot,
        reduce: (list, { data }) => [...(list as unknown[]), data],
      }
      const page = await mount(host, [{ name: 'a', feed: source, fold }])
      await send(tick(1))
      expect(page.text('a')).toBe('undefined')
      load(['seed'])
      await settle()
      expect(page.text('a')).toBe('seed,1')
    })
  })

  describe(`${host.name}: useSignalValue`, () => {
    withBrowserTime()

    test('shows a signal, and another one when it is given', async () => {
      const [one, two] = [signal('one'), signal('two')]
      const page = await mount(host, [{ name: 'a', signal: one }])
      expect(page.text('a')).toBe('one')
      one.value = 'uno'
      await settle()
      expect(page.text('a')).toBe('uno')
      await page.show({ name: 'a', signal: two })
      expect(page.text('a')).toBe('two')
      one.value = 'eins'
      two.value = 'zwei'
      await settle()
      expect(page.text('a')).toBe('zwei')
    })

    test('watches only while it is mounted', async () => {
      let watchers = 0
      const watched = signal(1, {
        watched: () => void watchers++,
        unwatched: () => void watchers--,
      })
      const page = await mount(host, [{ name: 'a', signal: watched }])
      expect(watchers).toBe(1)
      page.unmount()
      await settle()
      expect(watchers).toBe(0)
    })
  })
}
