/** Who shares a source, and with whom. */
import { describe, expect, test } from 'vitest'
import {
  advance,
  createEndpoint,
  GRACE,
  type Host,
  latest,
  mount,
  type Part,
  settle,
  status,
  tick,
  ticks,
  type View,
  withBrowserTime,
} from './host.js'

export function sharing(host: Host): void {
  describe(`${host.name}: useSSE shares`, () => {
    withBrowserTime()

    test('one connection between components with the same endpoint', async () => {
      const { url, fetch, send, exchanges } = createEndpoint()
      const page = await mount(host, [
        { name: 'a', target: url, options: { fetch }, show: latest },
        { name: 'b', target: new URL(url, document.baseURI), options: { fetch }, show: ticks },
        { name: 'c', target: `.${url}`, options: { fetch: (...init) => fetch(...init) } },
      ])
      expect(exchanges).toHaveLength(1)
      await send(tick(1) + tick(2))
      expect([page.text('a'), page.text('b')]).toEqual(['2', '1,2'])
    })

    test('nothing where plain options differ', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      await mount(host, [
        { name: 'a', target: url, options: { fetch, headers: { accept: 'a' } } },
        { name: 'b', target: url, options: { fetch, headers: { accept: 'b' } } },
        { name: 'c', target: url, options: { fetch, credentials: 'include' } },
      ])
      expect(exchanges).toHaveLength(3)
    })

    test('by `key`, whatever else differs', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      const key = `one for ${url}`
      await mount(host, [
        { name: 'a', target: url, options: { fetch, key, history: 1 } },
        { name: 'b', target: `${url}?b`, options: { fetch, key } },
      ])
      expect(exchanges).toHaveLength(1)
    })

    test('a POST with nobody', async () => {
      const { url, fetch, exchanges } = createEndpoint()
      const options = { fetch, body: { prompt: 'hello' } }
      await mount(host, [
        { name: 'a', target: url, options },
        { name: 'b', target: url, options },
      ])
      expect(exchanges).toHaveLength(2)
    })

    test('nothing that was closed with who asks next', async () => {
      const endpoint = createEndpoint()
      const { url, fetch, live } = endpoint
      let view: View | undefined
      const onRender = (rendered: View) => {
        view = rendered
      }
      const a: Part = { name: 'a', target: url, options: { fetch }, show: status, onRender }
      const page = await mount(host, [a])
      view?.close()
      await settle()
      expect(live()).toHaveLength(0)
      await page.show(a, { ...a, name: 'b', onRender: () => {} })
      expect([page.text('a'), page.text('b')]).toEqual(['closed', 'open'])
      // Closed by the server.
      endpoint.isOpen = false
      endpoint.last().cut()
      await advance(1000)
      endpoint.last().respond(204)
      await settle()
      expect(page.text('b')).toBe('closed')
      endpoint.isOpen = true
      await page.show({ ...a, name: 'c' })
      expect(page.text('c')).toBe('open')
    })

    test('no pause with who comes later', async () => {
      const { url, fetch } = createEndpoint()
      let view: View | undefined
      const onRender = (rendered: View) => {
        view = rendered
      }
      const a: Part = { name: 'a', target: url, options: { fetch }, show: status, onRender }
      const page = await mount(host, [a])
      view?.disconnect()
      await page.show()
      await advance(GRACE)
      await page.show(a)
      expect(page.text('a')).toBe('open')
    })
  })
}
