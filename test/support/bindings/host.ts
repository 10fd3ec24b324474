/** Where the bindings suite runs: parts that call the hooks, a host that mounts them, endpoints and time that the test moves. */
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest'
import type { Feed } from '../../../src/channels/feed.js'
import type { SharedSourceOptions } from '../../../src/channels/pool.js'
import type { Source } from '../../../src/channels/source.js'
import type { ReadonlySignal } from '../../../src/index.js'
import { createScriptedFetch, type Exchange } from '../scripted-fetch.js'

export type Events = {
  tick: string
  tock: string
}

/** What a hook returned, refs unwrapped. */
export type View = import('../../../bindings/react/index.js').SourceView<Events>

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
    live: () => server.live,
    /** The newest request. */
    last: () => server.exchanges.at(-1) as Exchange,
    /** The newest stream brings this in one chunk. */
    async send(chunk: string) {
      endpoint.last().send(chunk)
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
export const status = ({ status }: View) => status
export const latest = ({ latest }: View) => latest?.data
export const ticks = ({ messages }: View) => messages.map(({ data }) => data).join()

export const counting: Folded = { seed: 0, reduce: (count) => (count as number) + 1 }
