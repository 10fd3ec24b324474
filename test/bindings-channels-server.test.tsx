/** The channel hooks where there is no page: one client a request, nothing opened, nothing left behind. */
import { createElement } from 'react'
import { renderToString as renderReact } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSSRApp, effectScope } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import * as react from '../bindings/react/index.js'
import * as vue from '../bindings/vue/index.js'
import { SSEClient } from '../src/index.js'

/** Calls everything, and shows what a page would. */
const frameworks = [
  {
    name: 'React',
    async render(client: SSEClient) {
      const Component = () => {
        const { status, latest, messages, gap, channel } = react.useChannel('news')
        const count = react.useFold(channel, 7, (count) => count + 1)
        const list = react.useFold(
          channel,
          async () => [1],
          (list) => list,
        )
        const { state, connected, error } = react.useConnection()
        const { id } = react.useSSEClient()
        react.useChannelEvent('news', '*', () => {})
        const { status: source } = react.useSSE('/events')
        const feed = [status, latest, messages.length, gap]
        const connection = [state.status, connected, error]
        return [feed, count, list, connection, id === client.id, source].join()
      }
      return renderReact(createElement(react.SSEProvider, { client }, createElement(Component)))
    },
  },
  {
    name: 'Vue',
    async render(client: SSEClient) {
      const Component = () => {
        const { status, latest, messages, gap, channel } = vue.useChannel('news')
        const count = vue.useFold(channel, 7, (count) => count + 1)
        const list = vue.useFold(
          channel,
          async () => [1],
          (list) => list,
        )
        const { state, connected, error } = vue.useConnection()
        const { id } = vue.useSSEClient()
        vue.useChannelEvent('news', '*', () => {})
        const { status: source } = vue.useSSE('/events')
        return () => {
          const feed = [status.value, latest.value, messages.value.length, gap.value]
          const connection = [state.value.status, connected.value, error.value]
          return [feed, count.value, list.value, connection, id === client.id, source.value].join()
        }
      }
      return renderVue(createSSRApp({ setup: Component }).use(vue.createSSE(client)))
    },
  },
]

const complaints = ['error', 'warn'] as const

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', vi.fn())
  for (const level of complaints) vi.spyOn(console, level)
})

afterEach(async () => {
  await vi.advanceTimersByTimeAsync(60_000)
  expect(fetch).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  for (const level of complaints) expect(console[level]).not.toHaveBeenCalled()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe.each(frameworks)('$name on a server', ({ render }) => {
  test('shows everything as idle and opens nothing', async () => {
    expect(await render(new SSEClient())).toBe('idle,,0,,7,,idle,false,,true,idle')
  })

  test('shows idle what is open already', async () => {
    const client = new SSEClient({ fetch: () => new Promise(() => {}) })
    const lease = client.subscribe('news')
    client.connect()
    expect(client.status.peek()).toBe('connecting')
    expect(await render(client)).toBe('idle,,0,,7,,idle,false,,true,idle')
    lease.close()
    client.close()
  })

  test('keeps the clients of two requests apart', async () => {
    const [one, two] = [new SSEClient(), new SSEClient()]
    const pages = await Promise.all([render(one), render(two), render(one)])
    for (const page of pages) expect(page).toContain('true')
    expect(one.id).not.toBe(two.id)
  })
})

test('a Vue scope outside of components joins nothing on a server', () => {
  const scope = effectScope(true)
  const client = new SSEClient()
  const asked = vi.spyOn(client, 'subscribe')
  const status = scope.run(() => {
    vue.useChannelEvent(client.channel('news'), '*', () => {})
    return vue.useChannel(client.channel('news')).status
  })
  expect(status?.value).toBe('idle')
  expect(asked).not.toHaveBeenCalled()
  expect(client.status.peek()).toBe('idle')
  scope.stop()
})
