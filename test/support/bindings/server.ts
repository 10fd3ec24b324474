/** Rendering on a server, and taking over what it sent. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  advance,
  counting,
  createEndpoint,
  GRACE,
  type Host,
  mount,
  type Part,
  settle,
  tick,
  withBrowserTime,
} from './host.js'

export function server(host: Host): void {
  describe(`${host.name}: useSSE on a server`, () => {
    withBrowserTime()

    const parts = ({ url, fetch }: ReturnType<typeof createEndpoint>): Part[] => [
      {
        name: 'a',
        target: url,
        options: { fetch },
        show: ({ state, latest, messages, latestOf, lastEventId, error }) =>
          [state.status, latest, messages.length, latestOf('tick'), lastEventId, error].join(),
      },
      { name: 'b', target: url, options: { fetch }, fold: counting, show: (_, count) => count },
    ]
    const idle = 'idle,,0,,,'

    /** Hydrates what a server sent, while nothing may complain. */
    const hydrate = async (parts: readonly Part[], html: string) => {
      const complaints = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
      const container = document.body.appendChild(document.createElement('div'))
      container.innerHTML = html
      const node = container.querySelector('output')
      const page = host.hydrate(parts, container)
      onTestFinished(() => {
        page.unmount()
        container.remove()
      })
      await settle()
      for (const complaint of complaints) expect(complaint).not.toHaveBeenCalled()
      // Taken over, not thrown away.
      expect(container.querySelector('output')).toBe(node)
      return {
        text: (name: string) => container.querySelector(`[data-part="${name}"]`)?.textContent,
      }
    }

    test('opens nothing and shows idle', async () => {
      const endpoint = createEndpoint()
      const html = await host.renderToString(parts(endpoint))
      await advance(GRACE)
      expect(html).toContain(`>${idle}<`)
      expect(html).toContain('>0<')
      expect(endpoint.exchanges).toHaveLength(0)
    })

    test('hydrates in silence, then connects', async () => {
      const endpoint = createEndpoint()
      const page = await hydrate(parts(endpoint), await host.renderToString(parts(endpoint)))
      expect(endpoint.exchanges).toHaveLength(1)
      expect(page.text('a')).toBe('open,,0,,,')
    })

    test('hydrates in silence where the stream has moved on', async () => {
      const endpoint = createEndpoint()
      const { url, fetch, send } = endpoint
      const html = await host.renderToString(parts(endpoint))
      const early = await mount(host, [{ name: 'early', target: url, options: { fetch } }])
      await send(tick(1) + tick(2))
      const page = await hydrate(parts(endpoint), html)
      expect(endpoint.exchanges).toHaveLength(1)
      expect(page.text('a')).toBe('open,[object Object],2,[object Object],2,')
      early.unmount()
      await send(tick(3))
      expect(page.text('b')).toBe('1')
    })
  })
}
