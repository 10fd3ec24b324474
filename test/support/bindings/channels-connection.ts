/** The client: its connection as it is shown and told what to do, who provides it, what is shared within it. */
import { describe, expect, test, vi } from 'vitest'
import type { ConnectionView } from '../../../bindings/react/index.js'
import type { SSEClient } from '../../../src/index.js'
import {
  advance,
  type ConnectionPart,
  counted,
  createWorld,
  type Host,
  mount,
  settle,
  type View,
} from './channels-host.js'
import { createEndpoint, GRACE, withBrowserTime } from './host.js'

export function connection(host: Host): void {
  describe(`${host.name}: useConnection`, () => {
    withBrowserTime()

    const show = ({ state, status, connected, error }: ConnectionView) =>
      `${state.status} ${status} ${connected} ${error?.code}`

    test('shows how the client is connected, and opens nothing', async () => {
      const { client, network } = createWorld()
      const page = await mount(host, client, { name: 'x', connection: undefined, show })
      await advance(GRACE)
      expect(network.calls).toBe(0)
      expect(page.text('x')).toBe('idle idle false undefined')
      client.connect()
      await settle()
      expect(page.text('x')).toBe('open open true undefined')
      network.cut()
      await settle()
      expect(page.text('x')).toBe('waiting waiting false network')
      await advance(1000)
      expect(page.text('x')).toBe('open open true undefined')
    })

    test('does not keep what nobody else holds', async () => {
      const { client, network } = createWorld()
      const badge: ConnectionPart = { name: 'x', connection: undefined, show }
      const page = await mount(host, client, badge, { name: 'a', channel: 'a' })
      await page.show(badge)
      await advance(GRACE)
      expect(page.text('x')).toBe('idle idle false undefined')
      expect(network.streams).toBe(0)
    })

    test('renders for what it reads, and for no message', async () => {
      const { client, send, network } = createWorld()
      const parts = {
        status: counted<ConnectionPart>(host, {
          name: 'status',
          connection: null,
          show: ({ status }) => status,
        }),
        verb: counted<ConnectionPart>(host, {
          name: 'verb',
          connection: null,
          show: ({ reconnect }) => typeof reconnect,
        }),
      }
      await mount(host, client, parts.status.part, parts.verb.part, { name: 'a', channel: 'a' })
      for (const { reset } of Object.values(parts)) reset()
      await send('a', 1, 2, 3)
      expect([parts.status.renders(), parts.verb.renders()]).toEqual([0, 0])
      network.cut()
      await settle()
      expect([parts.status.renders(), parts.verb.renders()]).toEqual([1, 0])
    })

    test('pauses, goes on, begins anew and closes', async () => {
      const { client, network } = createWorld()
      let view: ConnectionView | undefined
      const onRender = (rendered: ConnectionView) => {
        view = rendered
      }
      const page = await mount(
        host,
        client,
        {
          name: 'x',
          connection: undefined,
          show: ({ status }: ConnectionView) => status,
          onRender,
        },
        { name: 'a', channel: 'a', show: ({ status }: View) => status },
      )
      const { connect, disconnect, reconnect, close } = view as unknown as ConnectionView
      const shown = () => [page.text('x'), page.text('a')]
      disconnect()
      await settle()
      expect(shown()).toEqual(['paused', 'resuming'])
      connect()
      await settle()
      expect(shown()).toEqual(['open', 'live'])
      reconnect()
      await settle()
      expect(shown()).toEqual(['open', 'live'])
      expect(network.opens).toHaveLength(3)
      close()
      await settle()
      expect(shown()).toEqual(['closed', 'closed'])
      expect(network.streams).toBe(0)
    })

    test('takes a client itself, and another one', async () => {
      const [one, two] = [createWorld(), createWorld()]
      one.client.connect()
      const part = (client: SSEClient): ConnectionPart => ({
        name: 'x',
        connection: client,
        show: ({ status }) => status,
      })
      const page = await mount(host, undefined, part(one.client as SSEClient))
      expect(page.text('x')).toBe('open')
      await page.show(part(two.client as SSEClient))
      expect(page.text('x')).toBe('idle')
      one.client.close()
      two.client.connect()
      await settle()
      expect(page.text('x')).toBe('open')
    })
  })

  describe(`${host.name}: a client`, () => {
    withBrowserTime()

    test('is found by whoever asks for it', async () => {
      const { client } = createWorld()
      const found: unknown[] = []
      await mount(host, client, { name: 'x', onClient: (client) => found.push(client) })
      expect(new Set(found)).toEqual(new Set([client]))
    })

    test('that nobody provides is an error which says what to do', async () => {
      vi.spyOn(console, 'error').mockImplementation(() => {})
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      const failures = [
        host.failureOf({ name: 'x', onClient: () => expect.unreachable() }),
        host.failureOf({ name: 'x', channel: 'a' }),
        host.failureOf({ name: 'x', listensTo: 'a', type: 'n', listener() {} }),
        host.failureOf({ name: 'x', connection: undefined }),
      ]
      for (const failure of failures)
        expect(String(failure)).toMatch(
          /^Error: There is no SSEClient here\. Provide one with <SSEProvider .*createSSE/,
        )
    })

    test('is neither opened nor closed by being provided', async () => {
      const { client, network } = createWorld()
      const page = await mount(host, client, { name: 'a', channel: 'a' })
      page.unmount()
      await advance(GRACE)
      expect(client.status.peek()).toBe('idle')
      const again = await mount(host, client, {
        name: 'a',
        channel: 'a',
        show: ({ status }: View) => status,
      })
      expect(again.text('a')).toBe('live')
      expect(network.opens).toHaveLength(2)
    })
  })

  describe(`${host.name}: useSSE where a client is provided`, () => {
    withBrowserTime()

    test('shares within its pages, and with no others', async () => {
      const [one, two] = [createWorld(), createWorld()]
      const { url, fetch, exchanges } = createEndpoint()
      const part = (name: string) => ({ name, url, options: { fetch } })
      await mount(host, one.client as SSEClient, part('a'), part('b'))
      expect(exchanges).toHaveLength(1)
      await mount(host, one.client as SSEClient, part('c'))
      expect(exchanges).toHaveLength(1)
      await mount(host, two.client as SSEClient, part('d'))
      expect(exchanges).toHaveLength(2)
      await mount(host, undefined, part('e'))
      expect(exchanges).toHaveLength(3)
    })
  })
}
