/**
 * What `useSSE`, `useFold` and `useSignalValue` do, whatever the framework: one suite, driven through a host that mounts parts.
 *
 * Over 250 lines because the two bindings are held to be twins by one and the same list.
 */
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Feed } from '../../src/channels/feed.js'
import type { SharedSourceOptions } from '../../src/channels/pool.js'
import { createSource, type Source } from '../../src/channels/source.js'
import { type ReadonlySignal, signal } from '../../src/index.js'
import { createScriptedFetch, type Exchange } from './scripted-fetch.js'

export type Events = {
  tick: string
  tock: string
}

/** What a hook returned, refs unwrapped. */
export type View = import('../../bindings/react/index.js').SourceView<Events>

export interface Folded {
  seed: unknown
  reduce: (state: unknown, message: { type: string; data: unknown; id: string }) => unknown
}

/** A component that calls `useSSE` and shows what `show` makes of the result. */
export interface SourcePart {
  name: string
  target: string | URL | Source<Events> | null | undefined
  options?: SharedSourceOptions<Events>
  show?: (view: View, folded: unknown) => unknown
  fold?: Folded
  onRender?: (view: View) => void
}

/** A component that calls `useFold`. */
export interface FoldPart {
  name: string
  feed: Feed<Events> | null
  fold: Folded
}

/** A component that calls `useSignalValue`. */
export interface SignalPart {
  name: string
  signal: ReadonlySignal<unknown>
}

export type Part = SourcePart | FoldPart | SignalPart

export interface Host {
  readonly name: string
  /** How often a change calls a component. */
  readonly rendersPerChange: number
  mount(parts: readonly Part[], container: Element): Page
  /** What a component throws when it is made. */
  failureOf(part: Part): unknown
  /** What a server sends. */
  renderToString(parts: readonly Part[]): Promise<string>
  /** Takes over what a server sent. */
  hydrate(parts: readonly Part[], container: Element): Page
}

export interface Page {
  /** These parts from now on; those of the same name stay what they are. */
  show(parts: readonly Part[]): Promise<void>
  unmount(): void
}

/** ms a source outlives its last holder. */
export const GRACE = 250

/** Lets everything run that waits for no timer: the turns of a browser's event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn++)
    await new Promise<void>((resolve) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    })
}

/** Lets so many ms of fake time pass. */
export async function advance(milliseconds: number): Promise<void> {
  await settle()
  vi.advanceTimersByTime(milliseconds)
  await settle()
}

export const tick = (n: number, type = 'tick') => `id: ${n}\nevent: ${type}\ndata: ${n}\n\n`

let addresses = 0

/** An endpoint of its own that answers every request with an event stream, and the options that lead to it. */
export function createEndpoint() {
  const server = createScriptedFetch({
    onRequest: (exchange) => {
      if (endpoint.isOpen) exchange.open()
    },
  })
  const endpoint = {
    isOpen: true,
    url: `/stream/${++addresses}`,
    fetch: server.fetch,
    exchanges: server.exchanges,
    get live() {
      return server.live
    },
    /** The newest request. */
    get last(): Exchange {
      return server.exchanges.at(-1) as Exchange
    },
    /** The newest stream brings this in one chunk. */
    async send(chunk: string) {
      endpoint.last.send(chunk)
      await settle()
    },
  }
  return endpoint
}

export function withBrowserTime(): void {
  beforeEach(() => {
    // The clock of a test stands still, so a delivery is never cut into slices.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
    vi.restoreAllMocks()
  })
}

/** Mounts and unmounts with the test; `text` is what a part shows. */
export async function mount(host: Host, parts: readonly Part[]) {
  const container = document.body.appendChild(document.createElement('div'))
  const page = host.mount(parts, container)
  let isMounted = true
  const unmount = () => {
    if (isMounted) page.unmount()
    isMounted = false
  }
  onTestFinished(() => {
    unmount()
    container.remove()
  })
  await settle()
  return {
    async show(...parts: readonly Part[]) {
      await page.show(parts)
      await settle()
    },
    unmount,
    text: (name: string) => container.querySelector(`[data-part="${name}"]`)?.textContent,
  }
}

/** Parts that read one field. */
const status = ({ status }: View) => status
const latest = ({ latest }: View) => latest?.data
const ticks = ({ messages }: View) => messages.map(({ data }) => data).join()

const counting: Folded = { seed: 0, reduce: (count) => (count as number) + 1 }

export function bindingsSuite(host: Host): void {
  describe(`${host.name}: useSSE`, () => {
    withBrowserTime()

    test('shows what arrives and how the connection is', async () => {
      const { url, fetch, send } = createEndpoint()
      const show = ({ state, status, connected, latest, messages, lastEventId, error }: View) =>
        JSON.stringify({
          state: state.status,
          status,
          connected,
          latest: latest?.data,
          messages: messages.map(({ data }) => data),
          lastEventId,
          error: error?.code,
        })
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch }, show }])
      const shown = () => JSON.parse(page.text('a') ?? '')
      const open = { state: 'open', status: 'open', connected: true }
      expect(shown()).toEqual({ ...open, messages: [], lastEventId: '' })
      await send(tick(1) + tick(2))
      expect(shown()).toEqual({ ...open, latest: '2', messages: ['1', '2'], lastEventId: '2' })
    })

    test('shows a failure until all is well again', async () => {
      const endpoint = createEndpoint()
      const { url, fetch } = endpoint
      const show = ({ error, state }: View) => `${state.status} ${error?.code}`
      const page = await mount(host, [{ name: 'a', target: url, options: { fetch }, show }])
      endpoint.last.cut()
      await settle()
      expect(page.text('a')).toBe('waiting network')
      await advance(1000)
      expect(page.text('a')).toBe('open undefined')
    })

    describe('shares', () => {
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

      test('what a closed source leaves to who asks next', async () => {
        const { url, fetch, live } = createEndpoint()
        let view: View | undefined
        const onRender = (rendered: View) => {
          view = rendered
        }
        const a: Part = { name: 'a', target: url, options: { fetch }, show: status, onRender }
        const b: Part = { name: 'b', target: url, options: { fetch }, show: status }
        const page = await mount(host, [a])
        view?.close()
        await settle()
        expect(live).toHaveLength(0)
        await page.show(a, b)
        expect([page.text('a'), page.text('b')]).toEqual(['closed', 'open'])
        await page.show({ ...a, name: 'a again' })
        expect(page.text('a again')).toBe('open')
      })
    })

    describe('another target', () => {
      test('starts anew and lets go of the old', async () => {
        const before = createEndpoint()
        const after = createEndpoint()
        const part = { name: 'a', show: latest }
        const page = await mount(host, [
          { ...part, target: before.url, options: { fetch: before.fetch } },
        ])
        await before.send(tick(1))
        expect(page.text('a')).toBe('1')

        await page.show({ ...part, target: after.url, options: { fetch: after.fetch } })
        expect(page.text('a')).toBe('undefined')
        expect(before.live).toHaveLength(1)
        await advance(GRACE)
        expect(before.exchanges.map(({ isAborted }) => isAborted)).toEqual([true])
        await after.send(tick(2))
        expect(page.text('a')).toBe('2')
      })

      test('is requested once it stays, not for every change on the way', async () => {
        const endpoints = Array.from({ length: 5 }, createEndpoint)
        const part = { name: 'a', show: status }
        const targets = endpoints.map(({ url, fetch }) => ({
          ...part,
          target: url,
          options: { fetch },
        }))
        const page = await mount(host, [])
        for (const target of targets) await page.show(target)
        await advance(GRACE)
        expect(endpoints.map(({ live }) => live.length)).toEqual([0, 0, 0, 0, 1])
        expect(endpoints.flatMap(({ exchanges }) => exchanges).length).toBeLessThanOrEqual(5)
        expect(page.text('a')).toBe('open')
      })

      test('and back finds the old connection within the grace', async () => {
        const { url, fetch, send, exchanges } = createEndpoint()
        const other = createEndpoint()
        const a: Part = { name: 'a', target: url, options: { fetch }, show: latest }
        const page = await mount(host, [a])
        await send(tick(1))
        await page.show({ ...a, target: other.url, options: { fetch: other.fetch } })
        await page.show(a)
        await advance(GRACE)
        expect(exchanges).toHaveLength(1)
        expect(other.live).toHaveLength(0)
        expect(page.text('a')).toBe('1')
      })

      test('is a new JSON body, compared by value', async () => {
        const endpoint = createEndpoint()
        const { url, fetch, exchanges } = endpoint
        const part = (prompt: string): Part => ({
          name: 'a',
          target: url,
          options: { fetch, body: { prompt } },
          show: latest,
        })
        const page = await mount(host, [part('one')])
        await endpoint.send(tick(1))
        await page.show(part('one'))
        expect(exchanges).toHaveLength(1)
        await page.show(part('two'))
        expect(page.text('a')).toBe('undefined')
        await advance(GRACE)
        expect(exchanges.map(({ isAborted }) => isAborted)).toEqual([true, false])
        const bodies = await Promise.all(exchanges.map(({ request }) => request.clone().text()))
        expect(bodies).toEqual(['{"prompt":"one"}', '{"prompt":"two"}'])
      })

      test('`null` waits, and does nothing when told to', async () => {
        const { url, fetch, exchanges } = createEndpoint()
        let view: View | undefined
        const part = {
          name: 'a',
          options: { fetch },
          fold: counting,
          onRender: (rendered: View) => {
            view = rendered
          },
          show: (
            { state, messages, lastEventId, connected, latestOf, error }: View,
            count: unknown,
          ) =>
            [state.status, messages, lastEventId, connected, latestOf('tick'), error, count].join(),
        }
        const page = await mount(host, [{ ...part, target: null }])
        const idle = 'idle,,,false,,,0'
        expect(page.text('a')).toBe(idle)
        view?.connect()
        view?.reconnect()
        view?.disconnect()
        view?.close()
        for await (const _ of (view as View).source) expect.unreachable()
        await advance(GRACE)
        expect(page.text('a')).toBe(idle)

        await page.show({ ...part, target: url })
        expect(exchanges).toHaveLength(1)
        expect(page.text('a')).toBe('open,,,true,,,0')
        await page.show({ ...part, target: undefined })
        await advance(GRACE)
        expect(exchanges[0]?.isAborted).toBe(true)
        expect(page.text('a')).toBe(idle)
      })

      test('that is none is a TypeError which says what is wanted', async () => {
        vi.spyOn(console, 'error').mockImplementation(() => {})
        vi.spyOn(console, 'warn').mockImplementation(() => {})
        const failure = (part: Omit<SourcePart, 'name'>) =>
          String(host.failureOf({ name: 'a', ...part }))
        expect(failure({ target: 7 as never })).toBe(
          'TypeError: useSSE: the url is a string or a URL, or null to wait, not 7.',
        )
        expect(failure({ target: 'http://[' })).toMatch(/^TypeError: "http:\/\/\[" is no/)
        expect(failure({ target: '/', options: { history: -1 } })).toMatch(
          /^RangeError: useSSE: the option "history"/,
        )
        expect(failure({ target: '/', options: { method: 'GET', body: 'x' } })).toMatch(
          /^TypeError: useSSE: a GET request has no body/,
        )
      })
    })

    describe('holds', () => {
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

    describe('renders', () => {
      /** A part that counts its renders from now on. */
      const counted = (part: SourcePart) => {
        let renders = 0
        return {
          part: { ...part, onRender: () => void renders++ },
          renders: () => renders / host.rendersPerChange,
          reset: () => {
            renders = 0
          },
        }
      }

      test('for what it reads, and for nothing else', async () => {
        const endpoint = createEndpoint()
        const { url, fetch, send } = endpoint
        const target = { target: url, options: { fetch } }
        const shows: Record<string, SourcePart['show']> = {
          nothing: () => '',
          status,
          connected: ({ connected }) => connected,
          source: ({ source, reconnect }) => typeof source + typeof reconnect,
          latest,
          tock: ({ latestOf }) => latestOf('tock')?.data,
          lastEventId: ({ lastEventId }) => lastEventId,
        }
        const parts = Object.entries(shows).map(([name, show = latest]) =>
          counted({ name, ...target, show }),
        )
        await mount(
          host,
          parts.map(({ part }) => part),
        )
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
        expect(await rendersOf(() => send(tick(1) + tick(2)))).toEqual({
          latest: 1,
          lastEventId: 1,
        })
        expect(await rendersOf(() => send(tick(3, 'tock')))).toEqual({
          latest: 1,
          tock: 1,
          lastEventId: 1,
        })
        expect(await rendersOf(() => send('id: 4\n\n'))).toEqual({ lastEventId: 1 })
        expect(await rendersOf(() => send(': comment\n\n'))).toEqual({})
        expect(await rendersOf(() => endpoint.last.cut())).toEqual({ status: 1, connected: 1 })
      })

      test('what it reads later, up to date from then on', async () => {
        const { url, fetch, send } = createEndpoint()
        const part: SourcePart = { name: 'a', target: url, options: { fetch }, show: status }
        const page = await mount(host, [part])
        await send(tick(1))
        await page.show({ ...part, show: ticks })
        expect(page.text('a')).toBe('1')
        await send(tick(2))
        expect(page.text('a')).toBe('1,2')
        await page.show({ ...part, show: ({ latestOf }) => latestOf('tick')?.data })
        expect(page.text('a')).toBe('2')
        await send(tick(3) + tick(4, 'tock'))
        expect(page.text('a')).toBe('3')
      })

      test('once for 10,000 events in one chunk', async () => {
        const { url, fetch, send } = createEndpoint()
        const calls: unknown[] = []
        const { part, renders, reset } = counted({ name: 'a', target: url, options: { fetch } })
        const page = await mount(host, [
          {
            ...part,
            show: ({ latest, messages, source }) => `${latest?.data} ${messages.length} ${source}`,
          },
          {
            name: 'b',
            target: url,
            options: { fetch },
            fold: { seed: 0, reduce: (_, { data }) => calls.push(data) },
            show: (_, folded) => folded,
          },
        ])
        reset()
        await send(Array.from({ length: 10_000 }, (_, n) => tick(n)).join(''))
        expect(renders()).toBe(1)
        expect(page.text('a')).toMatch(/^9999 100 /)
        expect(page.text('b')).toBe('10000')
        expect(calls).toEqual(Array.from({ length: 10_000 }, (_, n) => String(n)))
      })

      test('once a delivery for 100,000 events in one burst, which arrive in order', async () => {
        vi.useRealTimers()
        const endpoint = createEndpoint()
        const { url, fetch } = endpoint
        const { part, renders, reset } = counted({ name: 'a', target: url, options: { fetch } })
        let view: View | undefined
        await mount(host, [
          {
            ...part,
            show: (rendered) => {
              view = rendered
              return rendered.latest?.data
            },
          },
        ])
        const source = (view as unknown as View).source
        const received: string[] = []
        let deliveries = -1
        const stops = [
          source.on('tick', (n) => received.push(n)),
          source.latest.subscribe(() => deliveries++),
        ]
        onTestFinished(() => {
          for (const stop of stops) stop()
        })
        reset()
        const all = Array.from({ length: 100_000 }, (_, n) => n)
        const text = all.map((n) => tick(n)).join('')
        for (let at = 0; at < text.length; at += 65_536)
          endpoint.last.send(text.slice(at, at + 65_536))
        await expect.poll(() => received.length, { timeout: 10_000 }).toBe(100_000)
        await settle()
        expect(received).toEqual(all.map(String))
        expect(renders()).toBe(deliveries)
      })
    })

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
        expect(endpoint.live).toHaveLength(0)
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
        endpoint.last.cut()
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
        endpoint.last.cut()
        await advance(1000)
        await page.show(b)
        endpoint.last.cut()
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
          endpoint.last.respond(401)
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

    test('a listener that throws is reported, and the page goes on', async () => {
      const reported = vi.spyOn(globalThis, 'reportError').mockImplementation(() => {})
      const { url, fetch, send } = createEndpoint()
      const failure = new Error('a listener')
      let source: Source<Events> | undefined
      const page = await mount(host, [
        {
          name: 'a',
          target: url,
          options: { fetch },
          show: (view) => {
            source = view.source
            return view.latest?.data
          },
        },
      ])
      source?.on('tick', () => {
        throw failure
      })
      await send(tick(1) + tick(2))
      expect(page.text('a')).toBe('2')
      expect(reported.mock.calls).toEqual([[failure], [failure]])
    })

    describe('on a server', () => {
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
  })

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
      expect(one.live).toHaveLength(0)
      await page.show(part(null))
      await advance(GRACE)
      expect(page.text('a')).toBe('')
      expect(two.live).toHaveLength(0)
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
