/** What a channel shows, and how often a component is called for it. */
import { describe, expect, test } from 'vitest'
import { plainHub } from '../hub-network.js'
import {
  advance,
  type ChannelPart,
  counted,
  createWorld,
  type Host,
  mount,
  numbers,
  type Part,
  settle,
  status,
  type View,
} from './channels-host.js'
import { type Folded, withBrowserTime } from './host.js'

export function rendering(host: Host): void {
  describe(`${host.name}: useChannel renders`, () => {
    withBrowserTime()

    test('what arrives and how the channel is', async () => {
      const { client, send } = createWorld()
      const show = ({ status, gap, error, latest, messages, latestOf, channel }: View) =>
        JSON.stringify([
          status,
          gap,
          error,
          latest?.data,
          messages.length,
          latestOf('n')?.data,
          latestOf('m')?.data,
          channel.name,
        ])
      const page = await mount(host, client, { name: 'a', channel: 'a', show })
      const shown = () => JSON.parse(page.text('a') ?? '')
      expect(shown()).toEqual(['live', null, null, null, 0, null, null, 'a'])
      await send('a', 1, 2)
      expect(shown()).toEqual(['live', null, null, 2, 2, 2, null, 'a'])
    })

    test('for what it reads, and for nothing else', async () => {
      const world = createWorld()
      const shows: Record<string, ChannelPart['show']> = {
        nothing: () => '',
        channel: ({ channel }) => channel.name,
        status,
        gap: ({ gap }) => gap?.reason,
        latest: ({ latest }) => latest?.data,
        n: ({ latestOf }) => latestOf('n')?.data,
        other: ({ latestOf }) => latestOf('other')?.data,
      }
      const parts = Object.entries(shows).map(([name, show = status]) =>
        counted<ChannelPart>(host, { name, channel: 'a', show }),
      )
      await mount(host, world.client, ...parts.map(({ part }) => part))
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
      expect(await rendersOf(() => world.send('a', 1, 2))).toEqual({ latest: 1, n: 1 })
      expect(await rendersOf(() => world.hub.to('a').send('other', 3))).toEqual({
        latest: 1,
        other: 1,
      })
      expect(await rendersOf(() => world.send('b', 1))).toEqual({})
      expect(await rendersOf(() => world.network.cut())).toEqual({ status: 1 })
    })

    test('once for 1,000 events that were sent in one task', async () => {
      const { client, send } = createWorld()
      const { part, renders, reset } = counted<ChannelPart>(host, {
        name: 'a',
        channel: 'a',
        show: ({ latest, messages }) => `${latest?.data} ${messages.length}`,
      })
      const page = await mount(host, client, part)
      reset()
      await send('a', ...Array.from({ length: 1000 }, (_, n) => n))
      expect(page.text('a')).toBe('999 100')
      expect(renders()).toBe(1)
    })

    test('one part of a page and not another, where their options differ', async () => {
      const { client, send, opened } = createWorld()
      const page = await mount(
        host,
        client,
        { name: 'short', channel: 'a', options: { history: 1 }, show: numbers },
        { name: 'long', channel: 'a', options: { history: 3 }, show: numbers },
        { name: 'slow', channel: 'a', options: { throttle: 1000 }, show: numbers },
      )
      await send('a', 1, 2, 3, 4)
      await send('a', 5)
      expect(['short', 'long', 'slow'].map(page.text)).toEqual(['5', '3,4,5', '1,2,3,4'])
      await advance(1000)
      expect(page.text('slow')).toBe('1,2,3,4,5')
      expect(opened()).toEqual([['a']])
    })

    test('a gap until it is acknowledged', async () => {
      const makeHub = () => plainHub({ log: { maxEvents: 3 } })
      const { client, send, network } = createWorld({ makeHub })
      let view: View | undefined
      const onRender = (rendered: View) => {
        view = rendered
      }
      const page = await mount(host, client, {
        name: 'a',
        channel: 'a',
        onRender,
        show: ({ gap, status }: View) => `${gap?.reason} ${status}`,
      })
      await send('a', 1)
      network.cut()
      await send('a', 2, 3, 4, 5, 6)
      expect(page.text('a')).toBe('undefined resuming')
      await advance(1000)
      expect(page.text('a')).toBe('trimmed live')
      view?.channel.acknowledge()
      await settle()
      expect(page.text('a')).toBe('undefined live')
    })
  })

  describe(`${host.name}: useFold over a channel`, () => {
    withBrowserTime()

    const joined: Folded = { seed: '', reduce: (text, { data }) => `${text}${data}` }

    test('follows the channel of useChannel, and starts anew with another', async () => {
      const { client, send, opened, changed } = createWorld()
      const part = (channel: string | null): Part => ({
        name: 'x',
        channel,
        fold: joined,
        show: (_, text) => text,
      })
      const page = await mount(host, client, part('a'))
      await send('a', 1, 2)
      expect(page.text('x')).toBe('12')
      await page.show(part('b'))
      expect(page.text('x')).toBe('')
      await send('b', 3)
      expect(page.text('x')).toBe('3')
      await advance(500)
      await page.show(part(null))
      expect(page.text('x')).toBe('')
      expect(opened()).toEqual([['a']])
      expect(changed()).toEqual([['a', 'b'], ['b']])
    })

    test('loads its snapshot again where history was lost', async () => {
      const makeHub = () => plainHub({ log: { maxEvents: 3 } })
      const { client, send, network } = createWorld({ makeHub })
      let loads = 0
      const fold: Folded = {
        seed: async () => [`snapshot ${++loads}`],
        reduce: (list, { data }) => [...(list as unknown[]), data],
      }
      const page = await mount(host, client, {
        name: 'a',
        channel: 'a',
        fold,
        show: ({ gap }, list) => `${list} ${gap?.reason}`,
      })
      await send('a', 1)
      expect(page.text('a')).toBe('snapshot 1,1 undefined')
      network.cut()
      await send('a', 2, 3, 4, 5, 6)
      await advance(1000)
      expect(page.text('a')).toBe('snapshot 2,4,5,6 undefined')
    })
  })
}
