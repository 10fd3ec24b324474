/** What the user does, and functions that change. */
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  createEndpoint,
  GRACE,
  type Host,
  mount,
  type Part,
  type SourcePart,
  settle,
  status,
  type View,
  withBrowserTime,
} from './host.js'

export function verbs(host: Host): void {
  describe(`${host.name}: useSSE obeys`, () => {
    withBrowserTime()

    describe('verbs', () => {
      /** A part whose view is at hand. */
      const handled = () => {
        const { url, fetch, ...endpoint } = createEndpoint()
        const views: View[] = []
        const part: Part = {
          name: 'a',
          target: url,
          options: { fetch },
          show: ({ state }) => JSON.stringify(state),
          onRender: (view) => views.push(view),
        }
        return { endpoint, part, verbs: () => views.at(-1) as View }
      }

      test('pause, go on, begin anew and close', async () => {
        const { endpoint, part, verbs } = handled()
        const { exchanges } = endpoint
        const page = await mount(host, [part])
        const { connect, disconnect, reconnect, close } = verbs()
        disconnect()
        await settle()
        expect(page.text('a')).toBe('{"status":"paused","reasons":["user"]}')
        expect(exchanges.map(({ isLive }) => isLive)).toEqual([false])
        connect()
        await settle()
        expect(page.text('a')).toMatch('"open"')
        reconnect()
        await settle()
        expect(exchanges.map(({ isLive }) => isLive)).toEqual([false, false, true])
        close()
        await settle()
        expect(page.text('a')).toBe('{"status":"closed","reason":"user"}')
        connect()
        reconnect()
        await advance(GRACE)
        expect(exchanges).toHaveLength(3)
      })

      test('open nothing once nobody watches', async () => {
        const { endpoint, part, verbs } = handled()
        const page = await mount(host, [part])
        page.unmount()
        await advance(GRACE)
        const { connect, reconnect } = verbs()
        connect()
        reconnect()
        await advance(GRACE)
        expect(endpoint.exchanges).toHaveLength(1)
        expect(vi.getTimerCount()).toBe(0)
      })

      test('do not keep what nobody watches', async () => {
        const { endpoint, part, verbs } = handled()
        const page = await mount(host, [part])
        verbs().connect()
        page.unmount()
        await advance(GRACE)
        expect(endpoint.live()).toHaveLength(0)
      })
    })

    describe('functions among the options', () => {
      const headed = (url: string, fetch: SourcePart['options'], who: string): Part => ({
        name: who,
        target: url,
        options: { ...fetch, headers: () => ({ who }) },
      })

      test('reopen nothing, and the newest is called', async () => {
        const endpoint = createEndpoint()
        const { url, fetch, exchanges } = endpoint
        const part = (who: string): Part => ({ ...headed(url, { fetch }, who), name: 'a' })
        const page = await mount(host, [part('first')])
        await page.show(part('second'))
        await page.show(part('third'))
        expect(exchanges).toHaveLength(1)
        endpoint.last().cut()
        await advance(1000)
        expect(exchanges.map(({ request }) => request.headers.get('who'))).toEqual([
          'first',
          'third',
        ])
      })

      test('are those of the first holder, then of the next', async () => {
        const endpoint = createEndpoint()
        const { url, fetch, exchanges } = endpoint
        const a = headed(url, { fetch }, 'a')
        const b = headed(url, { fetch }, 'b')
        const page = await mount(host, [a, b])
        endpoint.last().cut()
        await advance(1000)
        await page.show(b)
        endpoint.last().cut()
        await advance(2000)
        expect(exchanges.map(({ request }) => request.headers.get('who'))).toEqual(['a', 'a', 'b'])
      })

      test('refresh credentials once for all who give the same', async () => {
        const endpoints = [createEndpoint(), createEndpoint()]
        let refreshes = 0
        const onUnauthorized = async () => {
          refreshes++
        }
        for (const endpoint of endpoints) endpoint.isOpen = false
        const parts = endpoints.map(({ url, fetch }) => ({
          name: url,
          target: url,
          options: { fetch, onUnauthorized },
          show: status,
        }))
        const page = await mount(host, parts)
        for (const endpoint of endpoints) {
          endpoint.isOpen = true
          endpoint.last().respond(401)
        }
        await settle()
        expect(refreshes).toBe(1)
        expect(parts.map(({ name }) => page.text(name))).toEqual(['open', 'open'])
      })
    })

    test('a POST is sent once, however often it is rendered', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      const part = (n: number): Part => ({
        name: 'a',
        target: url,
        options: { fetch, body: { prompt: 'hello', nested: [1] } },
        show: ({ status }) => `${status} ${n}`,
      })
      const page = await mount(host, [part(0)])
      for (let n = 1; n < 5; n++) await page.show(part(n))
      await advance(GRACE)
      expect(exchanges).toHaveLength(1)
      expect(page.text('a')).toBe('open 4')
    })
  })
}
