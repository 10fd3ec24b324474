/** The README's components on a page: mounted as they are written there, they show what the endpoint sends. */
import { type ComponentType, Profiler, StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import type { SSEClient } from 'tidewire'
import { createHub, formatSSE } from 'tidewire/server'
import { createSSE } from 'tidewire/vue'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import { type Component, createApp } from 'vue'
import { blocksOf, isCode, needsPage } from '../support/document/block.js'
import { type Runs, runBlocks } from '../support/document/runs.js'

interface Endpoint {
  /** The Last-Event-ID of each request, '' where there was none. */
  readonly asked: readonly string[]
  /** Streams that are open. */
  readonly open: number
  price(id: number, value: number): void
  /** The network is gone. */
  cut(): void
}

/** Answers every request of the page with an endless stream. */
function stubEndpoint(): Endpoint {
  const asked: string[] = []
  const streams = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const each = (act: (stream: ReadableStreamDefaultController<Uint8Array>) => void) => {
    for (const stream of streams) act(stream)
  }
  vi.stubGlobal('fetch', async (request: Request) => {
    const { url, headers, signal } = request
    if (new URL(url).pathname === '/_sse') return hub.fetch(request)
    expect(new URL(url).pathname).toBe('/api/prices')
    asked.push(headers.get('last-event-id') ?? '')
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        streams.add(stream)
        signal.addEventListener('abort', () => streams.delete(stream))
      },
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  })
  return {
    asked,
    get open() {
      return streams.size
    },
    price(id, value) {
      const event = formatSSE({ type: 'price', id, data: { symbol: 'TIDE', value } })
      each((stream) => stream.enqueue(new TextEncoder().encode(event)))
    },
    cut() {
      each((stream) => stream.error(new TypeError('The network is gone.')))
      streams.clear()
    },
  }
}

const load = (name: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ `/README.md/${name}`)

/** The hub of the page's channels. */
const hub = createHub()
hub.channel('chat/:room')

const showsTheLobby = async () => {
  await vi.waitFor(() => expect(hub.subscriberCount('chat/lobby')).toBe(1))
  await hub.to('chat/lobby').send('message', { text: 'High tide' })
  await vi.waitFor(() => expect(page.textContent).toContain('High tide'))
  unmount()
  await vi.waitFor(() => expect(hub.connectionCount).toBe(0))
}

let endpoint: Endpoint
let page: HTMLElement
let unmount = () => {}

beforeEach(() => {
  endpoint = stubEndpoint()
  page = document.body.appendChild(document.createElement('main'))
})

afterEach(async () => {
  unmount()
  await vi.waitFor(() => expect(endpoint.open).toBe(0))
  page.remove()
  vi.unstubAllGlobals()
})

async function show(...names: string[]): Promise<{ renders: Record<string, number> }> {
  const renders: Record<string, number> = {}
  const parts = await Promise.all(
    names.map(async (name) => {
      const Part = (await load(`${name}.tsx`))[name] as ComponentType
      return (
        <Profiler
          key={name}
          id={name}
          onRender={() => {
            renders[name] = (renders[name] ?? 0) + 1
          }}
        >
          <Part />
        </Profiler>
      )
    }),
  )
  const root = createRoot(page)
  unmount = () => root.unmount()
  root.render(<StrictMode>{parts}</StrictMode>)
  return { renders }
}

const showsTheTicker = async () => {
  await vi.waitFor(() => expect(endpoint.open).toBe(1))
  endpoint.price(1, 42)
  endpoint.price(2, 40)
  await vi.waitFor(() => expect(page.textContent).toMatch(/^40, highest 42, 2 messages/))
}

const runs: Runs<void> = {
  async 'Ticker.tsx'() {
    await show('Ticker')
    await showsTheTicker()
    expect(endpoint.asked).toEqual([''])
  },

  async 'Ticker.vue'() {
    const { default: Ticker } = (await load('Ticker.vue')) as { default: Component }
    const app = createApp(Ticker)
    unmount = () => app.unmount()
    app.mount(page)
    await showsTheTicker()
    expect(endpoint.asked).toEqual([''])
  },

  async 'Lobby.tsx'() {
    const { App } = (await load('Lobby.tsx')) as { App: ComponentType }
    const root = createRoot(page)
    unmount = () => root.unmount()
    root.render(
      <StrictMode>
        <App />
      </StrictMode>,
    )
    await showsTheLobby()
  },

  async 'Lobby.vue'() {
    const { default: Lobby } = (await load('Lobby.vue')) as { default: Component }
    const { client } = (await load('client.ts')) as { client: SSEClient }
    const app = createApp(Lobby).use(createSSE(client))
    unmount = () => app.unmount()
    app.mount(page)
    await showsTheLobby()
  },

  async 'ConnectionStatus.tsx'() {
    const { renders } = await show('ConnectionStatus', 'Ticker')
    await vi.waitFor(() => expect(page.textContent).toMatch(/^Live since /))
    const before = renders.ConnectionStatus
    endpoint.price(1, 42)
    await vi.waitFor(() => expect(page.textContent).toMatch(/1 messages$/))
    expect(renders.ConnectionStatus).toBe(before)
    expect(endpoint.asked).toEqual([''])

    endpoint.cut()
    await vi.waitFor(() =>
      expect(page.textContent).toMatch(/The network is gone\. Next attempt at .* Try now/),
    )
    page.querySelector('button')?.click()
    await vi.waitFor(() => expect(page.textContent).toMatch(/^Live since .*1 messages$/))
    expect(endpoint.asked).toEqual(['', '1'])
  },
}

const { default: text } = (await import(/* @vite-ignore */ '/README.md?raw' as string)) as {
  default: string
}
runBlocks(
  blocksOf(text).filter((block) => isCode(block) && needsPage(block)),
  runs,
  () => {},
)
