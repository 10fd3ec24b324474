/** How long a source is held. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSource } from '../../../src/channels/source.js'
import {
  advance,
  createEndpoint,
  type Events,
  GRACE,
  type Host,
  latest,
  mount,
  type Part,
  status,
  tick,
  ticks,
  type View,
  withBrowserTime,
} from './host.js'

export function holding(host: Host): void {
  describe(`${host.name}: useSSE holds`, () => {
    withBrowserTime()

    test('until it is unmounted, and for a moment longer', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch } }])
      page.unmount()
      await advance(GRACE - 1)
      expect(exchanges[0]?.isLive).toBe(true)
      await advance(1)
      expect(exchanges[0]?.isAborted).toBe(true)
      expect(vi.getTimerCount()).toBe(0)
    })

    test('one connection over a change of route', async () => {
      const { url, fetch, send, exchanges } = createEndpoint()
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch } }])
      await send(tick(1))
      const seen: unknown[] = []
      const show = (view: View) => {
        seen.push(view.latest?.data)
        return view.latest?.data
      }
      await page.show({ name: 'b', target: url, options: { fetch }, show })
      await advance(GRACE)
      expect(exchanges).toHaveLength(1)
      expect(page.text('b')).toBe('1')
      expect(seen[0]).toBe('1')
    })

    test('one connection when everything is mounted again, as hot replacement does', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      const part: Part = { name: 'a', target: url, options: { fetch }, show: status }
      const before = await mount(host, [part])
      before.unmount()
      const after = await mount(host, [part])
      await advance(GRACE)
      expect(exchanges).toHaveLength(1)
      expect(after.text('a')).toBe('open')
    })

    test('forgets what it had once nobody held it', async () => {
      const { url, fetch, send, exchanges } = createEndpoint()
      const part: Part = { name: 'a', target: url, options: { fetch }, show: ticks }
      const page = await mount(host, [part])
      await send(tick(1))
      await page.show()
      await advance(GRACE)
      await page.show(part)
      expect(page.text('a')).toBe('')
      expect(exchanges).toHaveLength(2)
      expect(exchanges[1]?.lastEventId).toBeUndefined()
    })

    test('a source of somebody else without closing it', async () => {
      const { url, fetch, send, exchanges } = createEndpoint()
      const source = createSource<Events>(url, { fetch })
      onTestFinished(() => source.close())
      const page = await mount(host, [
        { name: 'a', target: source, show: latest },
        { name: 'b', target: source, show: ({ source: shown }) => shown === source },
      ])
      await send(tick(1))
      expect([page.text('a'), page.text('b')]).toEqual(['1', 'true'])
      source.connect()
      page.unmount()
      await advance(GRACE)
      expect(exchanges.map(({ isLive }) => isLive)).toEqual([true])
    })
  })
}
