/** Where the suite of the channel hooks runs: parts that call the hooks, a host that mounts them around a client, a hub in the page. */
import { expect, onTestFinished, vi } from 'vitest'
import type { ChannelView, ConnectionView } from '../../../bindings/react/index.js'
import type {
  Channel,
  ChannelOptions,
  SharedSourceOptions,
  SSEClient,
  UntypedEvents,
} from '../../../src/index.js'
import { type PairOptions, pair } from '../hub-network.js'
import { type Folded, settle as settleTurns } from './host.js'

export type View = ChannelView<UntypedEvents>

type Target = string | Channel | null | undefined

/** A component that calls `useChannel` and shows what `show` makes of the result. */
export interface ChannelPart {
  name: string
  channel: Target
  options?: ChannelOptions
  show?: (view: View, folded: unknown) => unknown
  fold?: Folded
  onRender?: (view: View) => void
}

/** A component that calls `useChannelEvent`. */
export interface EventPart {
  name: string
  listensTo: Target
  type: string
  listener: (data: unknown, message: { readonly id: string }) => void
  onRender?: () => void
}

/** A component that calls `useConnection`. */
export interface ConnectionPart {
  name: string
  connection: SSEClient | null | undefined
  show?: (view: ConnectionView) => unknown
  onRender?: (view: ConnectionView) => void
}

/** A component that calls `useSSEClient`. */
export interface ClientPart {
  name: string
  onClient: (client: SSEClient) => void
}

/** A component that calls `useSSE`. */
export interface SourcePart {
  name: string
  url: string
  options: SharedSourceOptions
}

export type Part = ChannelPart | EventPart | ConnectionPart | ClientPart | SourcePart

export interface Page {
  /** These parts from now on; those of the same name stay what they are. */
  show(parts: readonly Part[]): Promise<void>
  unmount(): void
}

export interface Host {
  readonly name: string
  /** How often a change calls a component. */
  readonly rendersPerChange: number
  mount(client: SSEClient | undefined, parts: readonly Part[], container: Element): Page
  /** What a component throws when it is made where there is no client. */
  failureOf(part: Part): unknown
  /** What a server sends. */
  renderToString(client: SSEClient, parts: readonly Part[]): Promise<string>
  /** Takes over what a server sent. */
  hydrate(client: SSEClient, parts: readonly Part[], container: Element): Page
}

/** Requests that nobody has answered yet: bodies are read in the browser's own time. */
let unanswered = 0

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  do await settleTurns()
  while (unanswered > 0)
}

/** Lets so many ms of fake time pass. */
export async function advance(milliseconds: number): Promise<void> {
  await settle()
  vi.advanceTimersByTime(milliseconds)
  await settle()
}

/** A client and a hub in the page; both are closed when the test ends. */
export function createWorld(options?: PairOptions) {
  const it = pair({
    ...options,
    async fetch(request) {
      unanswered++
      try {
        return await it.network.fetch(request)
      } finally {
        unanswered--
      }
    },
  })
  return {
    ...it,
    /** Names on the streams that were asked for, one list a stream. */
    opened: () => it.network.opens.map(({ channels }) => channels.map(({ name }) => name).sort()),
    /** Sets of names that were asked for on open streams. */
    changed: () =>
      it.network.controls.map(({ channels }) => channels.map(({ name }) => name).sort()),
    /** One task sends all of them. */
    async send(name: string, ...data: readonly unknown[]) {
      for (const each of data) void it.hub.to(name).send('n', each)
      await settle()
    },
  }
}

/** Mounts and unmounts with the test; `text` is what a part shows. */
export async function mount(host: Host, client: SSEClient | undefined, ...parts: readonly Part[]) {
  const container = document.body.appendChild(document.createElement('div'))
  return follow(host.mount(client, parts, container), container)
}

/** As `mount`, for what a page took over. */
export async function follow(page: Page, container: Element) {
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

/** A part that counts its renders from now on. */
export function counted<P extends Part>(host: Host, part: P) {
  let renders = 0
  return {
    part: { ...part, onRender: () => void renders++ } as P,
    renders: () => renders / host.rendersPerChange,
    reset: () => {
      renders = 0
    },
  }
}

/** Shows one field. */
export const status = ({ status }: View) => status
export const numbers = ({ messages }: View) => messages.map(({ data }) => data).join()

export function expectLive(page: { text(name: string): unknown }, ...names: readonly string[]) {
  expect(names.map((name) => page.text(name))).toEqual(names.map(() => 'live'))
}
