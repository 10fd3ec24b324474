/** The README's blocks of code, run as they are written there: each does what the text around it says. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createSource, SSEClient } from 'tidewire'
import { formatSSE } from 'tidewire/server'
import { createServer as createViteServer, type UserConfig } from 'vite'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import { blocksOf, isCode, isSuite, needsPage } from './support/document/block.js'
import { readReadme } from './support/document/modules.js'
import { type Runs, runBlocks } from './support/document/runs.js'
import { createWorld, fakeTime, type World } from './support/document/world.js'

const blocks = blocksOf(readReadme())
const code = blocks.filter(isCode)

const load = (name: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ `../README.md/${name}`)

const EVENT_STREAM = { 'content-type': 'text/event-stream' }

describe('each block runs', () => {
  let world: World

  beforeEach(() => {
    // Each test loads its blocks anew.
    vi.resetModules()
    world = createWorld()
  })
  afterEach(() => world.end())

  const runs: Runs<World> = {
    async 'hello.mjs'() {
      fakeTime()
      const output =
        blocks
          .find(({ language }) => language === 'text')
          ?.code.trim()
          .split('\n') ?? []
      await load('hello.mjs')
      await world.until(() => world.printed.length >= output.length)
      expect(world.printed.slice(0, output.length)).toEqual(output)
    },

    async 'prices.ts'() {
      world.serve((_request, response) => {
        response.writeHead(200, EVENT_STREAM)
        response.write(price(1, 40) + price(2, 42) + price(3, 41))
        response.write(formatSSE({ type: 'news', id: 4, data: { text: 'Closing time' } }))
      })
      await load('prices.ts')
      expect(world.printed.slice(0, 2)).toEqual(['idle undefined 0 0', 'all is well'])
      expect(world.printed).toEqual(
        expect.arrayContaining([
          'open undefined 0 0',
          '1 TIDE 40',
          '2 TIDE 42',
          '3 TIDE 41',
          'open news 4 42',
          'closed news 4 42',
        ]),
      )
    },

    async 'token.ts'() {
      const asked: unknown[] = []
      world.serve((request, response) => {
        if (request.method === 'POST') return response.end('secret')
        asked.push(request.headers.authorization)
        if (request.headers.authorization !== 'Bearer secret') return response.writeHead(401).end()
        return response.writeHead(200, EVENT_STREAM).write(formatSSE({ data: 'welcome' }))
      })
      await load('token.ts')
      await world.until(() => world.printed.length > 0)
      expect(world.printed).toEqual(['welcome'])
      expect(asked).toEqual(['Bearer', 'Bearer secret'])
    },

    async 'answer.ts'() {
      const bodies: string[] = []
      world.serve(async (request, response) => {
        bodies.push(`${request.method} ${await textOf(request)}`)
        response.writeHead(200, EVENT_STREAM)
        for (const token of ['Rivers ', 'bring ', 'salt.'])
          response.write(formatSSE({ type: 'delta', data: { text: token } }))
        response.end(formatSSE({ type: 'done', data: { tokens: 3 } }))
      })
      await load('answer.ts')
      await world.until(() => world.printed.some((line) => line.startsWith('closed')))
      expect(world.printed.at(-1)).toBe('closed Rivers bring salt.')
      expect(bodies).toEqual(['POST {"prompt":"Why is the sea salty?"}'])
    },

    async 'server.mjs'() {
      fakeTime()
      await load('server.mjs')
      const ids: string[] = []
      const statuses = new Set<string>()
      const source = createSource('/api/prices')
      source.status.subscribe((status) => statuses.add(status))
      source.on('price', (_data, { id }) => ids.push(id))
      for (const count of [3, 6, 9]) {
        await world.until(() => ids.length >= count)
        world.breakConnections()
      }
      await world.until(() => ids.length >= 12)
      expect(statuses).toContain('waiting')
      const first = ids.slice()
      const [run = '', n] = first[0]?.split('.') ?? []
      expect(first).toEqual(first.map((_id, index) => `${run}.${Number(n) + index}`))

      // The server starts anew, and has sent events before the client is back.
      vi.resetModules()
      await load('server.mjs')
      await vi.advanceTimersByTimeAsync(2500)
      world.breakConnections()
      const others = () => ids.filter((id) => !id.startsWith(`${run}.`))
      await world.until(() => others().length >= 5)
      const [next] = others()[0]?.split('.') ?? []
      expect(others()).toEqual(others().map((_id, index) => `${next}.${index + 1}`))
      source.close()

      const leaving = new AbortController()
      let received = ''
      const reading = (async () => {
        const { body } = await fetch('/api/prices', { signal: leaving.signal })
        for await (const bytes of body ?? []) received += new TextDecoder().decode(bytes)
      })()
      await world.until(() => /^:$/m.test(received))
      leaving.abort()
      // Node may lose the way from a signal to a body under way.
      world.breakConnections()
      await expect(reading).rejects.toThrow()
      expect(received).toMatch(/^event: price$/m)
    },

    async 'vite.config.ts'() {
      const { default: config } = (await load('vite.config.ts')) as { default: UserConfig }
      const proxy = config.server?.proxy ?? {}
      expect(proxy).toEqual({
        '/_sse': 'http://localhost:3000',
        '/api': 'http://localhost:3000',
      })
      const endpoint = createServer((request, response) => {
        response.writeHead(200, EVENT_STREAM).write(formatSSE({ data: request.url ?? '' }))
      }).listen()
      await once(endpoint, 'listening')
      const { port } = endpoint.address() as AddressInfo
      const vite = await createViteServer({
        configFile: false,
        logLevel: 'silent',
        root: import.meta.dirname,
        server: {
          middlewareMode: true,
          watch: null,
          ws: false,
          proxy: Object.fromEntries(
            Object.keys(proxy).map((path) => [path, `http://127.0.0.1:${port}`]),
          ),
        },
        optimizeDeps: { noDiscovery: true },
      })
      onTestFinished(() => vite.close())
      world.serve(vite.middlewares)
      for (const path of ['/api/prices', '/_sse']) {
        const source = createSource(path)
        for await (const { data } of source) {
          expect(data).toBe(path)
          source.close()
        }
      }
    },

    async 'hub.mjs'() {
      fakeTime()
      await load('hub.mjs')
      const client = new SSEClient()
      const staff = client.subscribe('chat/staff')
      const notices: unknown[] = []
      client.channel('notices').on('alert', (data) => notices.push(data))
      expect(await world.arrives(staff.ready)).toBe('denied')
      await world.until(() => notices.length > 0)
      expect(notices).toEqual([{ text: 'Low tide' }])
      client.close()
    },

    async 'client.ts'() {
      const { client } = (await load('client.ts')) as { client: SSEClient }
      expect(client.status.value).toBe('idle')
      expect(world.requests).toBe(0)
    },

    async 'lobby.ts'() {
      fakeTime()
      await load('hub.mjs')
      await world.arrives(load('lobby.ts'))
      expect(world.printed[0]).toBe('notices ok')
      await world.until(() => world.printed.filter((line) => /^live \d+$/.test(line)).length > 2)

      vi.resetModules()
      await load('hub.mjs')
      world.breakConnections()
      await world.until(() => world.printed.some((line) => line.startsWith('Messages were lost')))
      await world.until(() => world.printed.includes('notice Low tide'))
      expect(world.printed.some((line) => line.startsWith('resuming '))).toBe(true)
    },

    async 'streams.ts'() {
      const asked: unknown[] = []
      world.serve((request, response) => {
        asked.push(request.headers['last-event-id'])
        response.writeHead(200, EVENT_STREAM).write(price(42, 7) + price(43, 8))
      })
      await load('streams.ts')
      expect(world.printed).toEqual([
        'price {"symbol":"TIDE","value":7} 42',
        "{ type: 'greeting', data: 'hello', lastEventId: '' }",
      ])
      expect(asked).toEqual(['41'])
    },
  }

  /** ms: some blocks run for a minute of fake time. */
  const PATIENCE = 60_000

  runBlocks(
    code.filter((block) => !needsPage(block) && !isSuite(block)),
    runs,
    () => world,
    PATIENCE,
  )

  test('React components are idle on a server, and open nothing', async () => {
    const { Ticker } = (await load('Ticker.tsx')) as { Ticker: () => never }
    const { ConnectionStatus } = (await load('ConnectionStatus.tsx')) as Record<string, () => never>
    const html = renderToString(createElement('div', null, createElement(Ticker)))
    expect(html.replaceAll('<!-- -->', '')).toContain(', highest 0, 0 messages')
    expect(renderToString(createElement(ConnectionStatus!))).toBe('<p>idle</p>')
    const { App } = (await load('Lobby.tsx')) as { App: () => never }
    expect(renderToString(createElement(App))).toBe('<div></div>')
    expect(world.requests).toBe(0)
  })

  test('Vue components are, too', async () => {
    const { default: Ticker } = (await load('Ticker.vue')) as { default: object }
    expect(await renderVue(createSSRApp(Ticker))).toBe('<p>, highest 0, 0 messages</p>')
    const { default: Lobby } = (await load('Lobby.vue')) as { default: object }
    // Of the same modules as the component, which are loaded anew for each test.
    const { createSSE } = await import('tidewire/vue')
    const app = createSSRApp(Lobby).use(createSSE(new SSEClient()))
    expect(await renderVue(app)).not.toContain('<p>')
    expect(world.requests).toBe(0)
  })
})

describe.each(code.filter(isSuite))('$name', async ({ name }) => {
  await load(name)
})

function price(id: number, value: number): string {
  return formatSSE({ type: 'price', id, data: { symbol: 'TIDE', value } })
}
