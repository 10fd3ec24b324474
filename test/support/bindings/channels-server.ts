/** Rendering on a server, and taking over what it sent. */
import { describe, expect, test, vi } from 'vitest'
import type { ConnectionView } from '../../../bindings/react/index.js'
import { plainHub } from '../hub-network.js'
import { advance, createWorld, follow, type Host, mount, type Part } from './channels-host.js'
import { GRACE, withBrowserTime } from './host.js'

export function server(host: Host): void {
  describe(`${host.name}: a client on a server`, () => {
    withBrowserTime()

    const parts: readonly Part[] = [
      {
        name: 'a',
        channel: 'a',
        fold: { seed: 0, reduce: (count) => (count as number) + 1 },
        show: ({ status, gap, error, latest, messages, latestOf }, count) =>
          [
            status,
            gap?.reason,
            error,
            latest?.data,
            messages.length,
            latestOf('n')?.data,
            count,
          ].join(),
      },
      {
        name: 'x',
        connection: undefined,
        show: ({ state, connected, error }: ConnectionView) =>
          [state.status, connected, error].join(),
      },
      { name: 'y', listensTo: 'a', type: 'n', listener: () => {} },
    ]

    const hydrate = async (client: Parameters<Host['hydrate']>[0], html: string) => {
      const complaints = [vi.spyOn(console, 'error'), vi.spyOn(console, 'warn')]
      const container = document.body.appendChild(document.createElement('div'))
      container.innerHTML = html
      const node = container.querySelector('output')
      const page = await follow(host.hydrate(client, parts, container), container)
      for (const complaint of complaints) expect(complaint).not.toHaveBeenCalled()
      // Taken over, not thrown away.
      expect(container.querySelector('output')).toBe(node)
      return page
    }

    test('opens nothing and shows idle', async () => {
      const { client, network } = createWorld()
      const html = await host.renderToString(client, parts)
      await advance(GRACE)
      expect(html).toContain('>idle,,,,0,,0<')
      expect(html).toContain('>idle,false,<')
      expect(network.calls).toBe(0)
    })

    test('hydrates in silence, then joins', async () => {
      const { client, network, send } = createWorld()
      const page = await hydrate(client, await host.renderToString(client, parts))
      expect(network.calls).toBe(1)
      await send('a', 1)
      expect([page.text('a'), page.text('x')]).toEqual(['live,,,1,1,1,1', 'open,true,'])
    })

    test('hydrates in silence where the channel has moved on, and lost some of it', async () => {
      const { client, network, send } = createWorld({
        makeHub: () => plainHub({ log: { maxEvents: 2 } }),
      })
      const html = await host.renderToString(client, parts)
      await mount(host, client, { name: 'early', channel: 'a' })
      await send('a', 1)
      network.cut()
      await send('a', 2, 3, 4)
      await advance(1000)
      const { calls } = network
      const page = await hydrate(client, html)
      expect(network.calls).toBe(calls)
      expect([page.text('a'), page.text('x')]).toEqual(['live,trimmed,,4,3,4,0', 'open,true,'])
    })
  })
}
