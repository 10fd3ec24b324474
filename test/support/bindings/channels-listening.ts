/** Listeners for as long as a component is mounted. */
import { describe, expect, test, vi } from 'vitest'
import {
  advance,
  counted,
  createWorld,
  type EventPart,
  type Host,
  mount,
  type Part,
  settle,
} from './channels-host.js'
import { GRACE, withBrowserTime } from './host.js'

export function listening(host: Host): void {
  describe(`${host.name}: useChannelEvent`, () => {
    withBrowserTime()

    test('hears every event in order and renders for none', async () => {
      const { client, hub, send, network } = createWorld()
      const heard: unknown[] = []
      const { part, renders, reset } = counted<EventPart>(host, {
        name: 'x',
        listensTo: 'a',
        type: 'n',
        listener: (data) => heard.push(data),
      })
      await mount(host, client, part)
      reset()
      const all = Array.from({ length: 1000 }, (_, n) => n)
      await send('a', ...all)
      await hub.to('a').send('other', 'unheard')
      await settle()
      expect(heard).toEqual(all)
      expect(renders()).toBe(0)
      expect(network.calls).toBe(1)
    })

    test('hears every type as `*`, and failures as `error`', async () => {
      const { client, hub } = createWorld()
      const heard: unknown[] = []
      const listener = (what: unknown) => heard.push(what instanceof Error ? what.message : what)
      await mount(
        host,
        client,
        { name: 'x', listensTo: 'a', type: '*', listener },
        { name: 'y', listensTo: 'a', type: 'error', listener },
        { name: 'z', listensTo: 'nobody', type: 'error', listener },
      )
      expect(heard).toEqual([expect.stringContaining('nobody')])
      heard.length = 0
      await hub.to('a').send('m', 1)
      await hub.to('a').send('error', { message: 'too hot' })
      await settle()
      expect(heard).toEqual([1, 'too hot', { message: 'too hot' }])
    })

    test('calls the newest listener, and asks for nothing because of it', async () => {
      const { client, send, network } = createWorld()
      const heard: unknown[] = []
      const part = (who: string): Part => ({
        name: 'x',
        listensTo: 'a',
        type: 'n',
        listener: (data) => heard.push(`${who} ${data}`),
      })
      const page = await mount(host, client, part('first'))
      await send('a', 1)
      await page.show(part('second'))
      await page.show(part('third'))
      await send('a', 2)
      expect(heard).toEqual(['first 1', 'third 2'])
      await advance(GRACE)
      expect(network.calls).toBe(1)
    })

    test('follows another name, waits at `null`, and takes a channel itself', async () => {
      const { client, send, hub } = createWorld()
      const heard: unknown[] = []
      const part = (listensTo: EventPart['listensTo']): Part => ({
        name: 'x',
        listensTo,
        type: 'n',
        listener: (data) => heard.push(data),
      })
      const page = await mount(host, client, part('a'))
      await page.show(part('b'))
      await send('a', 'late for a')
      await send('b', 1)
      await page.show(part(null))
      await send('b', 'late for b')
      await page.show(part(client.channel('c')))
      await send('c', 2)
      expect(heard).toEqual([1, 2])
      page.unmount()
      await send('c', 'late for c')
      await advance(GRACE)
      expect(heard).toEqual([1, 2])
      expect(hub.connectionCount).toBe(0)
    })

    test('reports a listener that throws, and goes on', async () => {
      const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {})
      const { client, send } = createWorld()
      const failure = new Error('a listener')
      const heard: unknown[] = []
      await mount(host, client, {
        name: 'x',
        listensTo: 'a',
        type: 'n',
        listener(data) {
          heard.push(data)
          throw failure
        },
      })
      await send('a', 1, 2)
      expect(heard).toEqual([1, 2])
      expect(reported.mock.calls).toEqual([[failure], [failure]])
    })
  })
}
