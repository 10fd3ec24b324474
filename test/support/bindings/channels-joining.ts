/** What is joined, what is asked for, and for how long. */
import { describe, expect, test } from 'vitest'
import { plainHub } from '../hub-network.js'
import {
  advance,
  createWorld,
  expectLive,
  type Host,
  mount,
  numbers,
  type Part,
  settle,
  status,
  type View,
} from './channels-host.js'
import { GRACE, withBrowserTime } from './host.js'

export function joining(host: Host): void {
  const joined = (...names: readonly string[]): Part[] =>
    names.map((name) => ({ name, channel: name, show: status }))
  const rooms = Array.from({ length: 10 }, (_, n) => `rooms/${n}`)

  describe(`${host.name}: useChannel joins`, () => {
    withBrowserTime()

    test('ten channels that mount together with one request', async () => {
      const { client, network, opened } = createWorld()
      const page = await mount(host, client, ...joined(...rooms))
      expectLive(page, ...rooms)
      expect(opened()).toEqual([rooms])
      expect(network.calls).toBe(1)
    })

    test('ten more with one other, and leaves them with a third', async () => {
      const { client, network, changed } = createWorld()
      const page = await mount(host, client, ...joined('a'))
      await page.show(...joined('a', ...rooms))
      expectLive(page, ...rooms)
      await page.show(...joined('a'))
      await advance(GRACE)
      expect(changed()).toEqual([['a', ...rooms], ['a']])
      expect(network.opens).toHaveLength(1)
    })

    test('a channel once, however many components show it', async () => {
      const { client, hub, send, opened } = createWorld()
      const parts = Array.from({ length: 10 }, (_, n) => ({
        name: `${n}`,
        channel: 'a',
        show: numbers,
      }))
      const page = await mount(host, client, ...parts)
      await send('a', 1, 2)
      expect(parts.map(({ name }) => page.text(name))).toEqual(parts.map(() => '1,2'))
      expect(opened()).toEqual([['a']])
      expect(hub.subscriberCount('a')).toBe(1)
    })

    test('nine channels where the tenth is denied, and one that nobody declared', async () => {
      const makeHub = () => {
        const hub = plainHub()
        hub.channel('secret', () => false)
        return hub
      }
      const { client, send } = createWorld({ makeHub })
      const nine = rooms.slice(1)
      const show = ({ status, error }: View) => `${status} ${error?.code}`
      const page = await mount(
        host,
        client,
        ...joined(...nine),
        { name: 'secret', channel: 'secret', show },
        { name: 'nobody', channel: 'nobody', show },
      )
      expect([page.text('secret'), page.text('nobody')]).toEqual([
        'denied denied',
        'unknown unknown',
      ])
      expectLive(page, ...nine)
      await send('rooms/9', 1)
      expectLive(page, ...nine)
    })

    test('from where `replay` says', async () => {
      const { client, send } = createWorld()
      await send('a', 1, 2, 3)
      const page = await mount(
        host,
        client,
        { name: 'a', channel: 'a', options: { replay: { last: 2 } }, show: numbers },
        { name: 'b', channel: 'b', show: status },
      )
      expect(page.text('a')).toBe('2,3')
    })

    test('once, though its options are another object at each render', async () => {
      const { client, network } = createWorld()
      const part = (): Part => ({
        name: 'a',
        channel: 'a',
        options: { history: 5, replay: { last: 1 } },
        show: ({ channel }: View) => channels.add(channel).size,
      })
      const channels = new Set<unknown>()
      const page = await mount(host, client, part())
      await page.show(part())
      await page.show(part())
      await advance(GRACE)
      expect(network.calls).toBe(1)
      expect(channels.size).toBe(1)
    })

    test('nothing that went again before the task was over', async () => {
      const { client, network } = createWorld()
      const page = await mount(host, client)
      const shown = page.show(...joined('a'))
      page.unmount()
      await shown
      await advance(GRACE)
      expect(network.opens.length).toBeLessThanOrEqual(1)
      expect(network.streams).toBe(0)
    })
  })

  describe(`${host.name}: useChannel given another target`, () => {
    withBrowserTime()

    test('joins the one and leaves the other', async () => {
      const { client, hub, send, changed } = createWorld()
      const part = (channel: string): Part => ({
        name: 'x',
        channel,
        show: (view: View) => `${view.channel.name} ${view.status} ${numbers(view)}`,
      })
      const page = await mount(host, client, part('a'))
      await send('a', 1)
      expect(page.text('x')).toBe('a live 1')
      await page.show(part('b'))
      await send('b', 2)
      expect(page.text('x')).toBe('b live 2')
      await advance(GRACE)
      expect(changed()).toEqual([['a', 'b'], ['b']])
      expect(hub.activeChannels).toEqual(['b'])
    })

    test('and back finds what there was within the grace', async () => {
      const { client, send, changed } = createWorld()
      const part = (channel: string): Part => ({ name: 'x', channel, show: numbers })
      const page = await mount(host, client, part('a'))
      await send('a', 1)
      await page.show(part('b'))
      await page.show(part('a'))
      expect(page.text('x')).toBe('1')
      await advance(GRACE)
      expect(changed().at(-1)).toEqual(['a'])
      await send('a', 2)
      expect(page.text('x')).toBe('1,2')
    })

    test('`null` waits, stays idle and does nothing', async () => {
      const { client, network } = createWorld()
      let view: View | undefined
      const part = (channel: string | null | undefined): Part => ({
        name: 'x',
        channel,
        fold: { seed: 0, reduce: (count) => (count as number) + 1 },
        show: ({ status, gap, error, latest, latestOf, messages }, count) =>
          [status, gap, error, latest, latestOf('n'), messages.length, count].join(),
        onRender: (rendered: View) => {
          view = rendered
        },
      })
      const page = await mount(host, client, part(null))
      const idle = 'idle,,,,,0,0'
      expect(page.text('x')).toBe(idle)
      view?.channel.acknowledge()
      for await (const _ of (view as View).channel) expect.unreachable()
      await advance(GRACE)
      expect(network.calls).toBe(0)
      await page.show(part('a'))
      expect(page.text('x')).toBe('live,,,,,0,0')
      await page.show(part(undefined))
      expect(page.text('x')).toBe(idle)
      await advance(GRACE)
      expect(network.streams).toBe(0)
    })

    test('a channel itself needs nobody to provide a client', async () => {
      const { client, send, network } = createWorld()
      const channel = client.channel('a', { history: 2 })
      const page = await mount(host, undefined, {
        name: 'x',
        channel,
        show: (view: View) => `${view.channel === channel} ${numbers(view)}`,
      })
      await send('a', 1, 2, 3)
      expect(page.text('x')).toBe('true 2,3')
      page.unmount()
      await advance(GRACE)
      expect(network.streams).toBe(0)
    })
  })

  describe(`${host.name}: useChannel holds`, () => {
    withBrowserTime()

    test('until it is unmounted, and for a moment longer', async () => {
      const { client, network, hub } = createWorld()
      const page = await mount(host, client, ...joined('a'))
      page.unmount()
      await advance(GRACE - 1)
      expect(hub.activeChannels).toEqual(['a'])
      await advance(1)
      expect(network.streams).toBe(0)
      expect(hub.activeChannels).toEqual([])
    })

    test('over a change of route', async () => {
      const { client, network, send } = createWorld()
      const page = await mount(host, client, { name: 'one', channel: 'a', show: numbers })
      await send('a', 1)
      await page.show({ name: 'two', channel: 'a', show: numbers })
      expect(page.text('two')).toBe('1')
      await advance(GRACE)
      expect(network.calls).toBe(1)
    })

    test('when everything is mounted again, as hot replacement does', async () => {
      const { client, network } = createWorld()
      const before = await mount(host, client, ...joined('a', 'b'))
      before.unmount()
      const after = await mount(host, client, ...joined('a', 'b'))
      await advance(GRACE)
      expectLive(after, 'a', 'b')
      expect(network.calls).toBe(1)
    })

    test('what the hub remembers over a restart of nothing but the network', async () => {
      const { client, network, send } = createWorld()
      const page = await mount(host, client, { name: 'a', channel: 'a', show: numbers })
      await send('a', 1)
      network.cut()
      await send('a', 2, 3)
      expect(page.text('a')).toBe('1')
      await advance(1000)
      await settle()
      expect(page.text('a')).toBe('1,2,3')
    })
  })
}
