/** The snippets of docs/servers.md: each compiles, and mounts a hub that a stream can be opened at. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createApp, type EventHandler, toNodeListener } from 'h3'
import { createServer as createViteServer, type Plugin } from 'vite'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { blocksOf, isCode } from './support/readme.js'
import { readDocument } from './support/readme-modules.js'
import { typeErrors } from './support/readme-types.js'
import { createWorld, type World } from './support/readme-world.js'

const code = blocksOf(readDocument('docs/servers.md')).filter(isCode)

const load = <T>(name: string): Promise<T> =>
  import(/* @vite-ignore */ `../docs/servers.md/${name}`) as Promise<T>

interface Hub {
  to(name: string): { send(type: string, data: unknown): unknown }
  readonly connectionCount: number
}

let world: World
beforeEach(() => {
  world = createWorld()
})
afterEach(() => world.end())

/** Opens a stream, gets an event, leaves. */
async function works(
  ask: (request: Request) => Promise<Response> = fetch,
  from = 'sse.ts',
  query = '',
) {
  const { sse } = await load<{ sse: Hub }>(from)
  const url = `http://localhost:3000/_sse?channel=notifications${query}`
  const response = await ask(new Request(url, { headers: { accept: 'text/event-stream' } }))
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body?.getReader()
  let received = ''
  const until = async (text: string) => {
    while (!received.includes(text)) {
      const { done, value } = (await reader?.read()) ?? { done: true }
      if (done) throw new Error(`The stream ended after: ${received}`)
      received += new TextDecoder().decode(value)
    }
  }
  await until('"ok"')
  expect(sse.connectionCount).toBe(1)
  sse.to('notifications').send('alert', { message: 'Back at noon' })
  await until('Back at noon')
  await reader?.cancel()
  await vi.waitFor(() => expect(sse.connectionCount).toBe(0), { timeout: 1000 })
}

/** Opens by POST as clients do, which the parsers of frameworks meet. */
async function postWorks() {
  const body = JSON.stringify({ v: 1, rev: 1, channels: [{ name: 'notifications' }] })
  const headers = { accept: 'text/event-stream', 'content-type': 'application/json' }
  const request = new Request('http://localhost:3000/_sse', { method: 'POST', headers, body })
  const response = await fetch(request)
  expect(response.status).toBe(200)
  await response.body?.cancel()
  const { sse } = await load<{ sse: Hub }>('sse.ts')
  await vi.waitFor(() => expect(sse.connectionCount).toBe(0), { timeout: 1000 })
}

const listens = async (name: string) => {
  await load(name)
  await works()
  await postWorks()
}

const runs: Record<string, () => Promise<void>> = {
  'sse.ts': async () => {
    const { sse } = await load<{ sse: { fetch(request: Request): Promise<Response> } }>('sse.ts')
    await works(sse.fetch)
  },
  'node.ts': () => listens('node.ts'),
  'express.ts': () => listens('express.ts'),
  async 'express-user.ts'() {
    await load('express-user.ts')
    await works(fetch, 'express-user.ts', '&token=ann')
    const response = await fetch('/_sse?channel=notifications')
    const reader = response.body?.getReader()
    let received = ''
    while (!received.includes('"denied"'))
      received += new TextDecoder().decode((await reader?.read())?.value)
    await reader?.cancel()
  },
  'fastify.ts': () => listens('fastify.ts'),
  async 'koa.ts'() {
    type Context = { path: string; req: IncomingMessage; res: ServerResponse; respond?: boolean }
    const { hub } = await load<{ hub(ctx: Context, next: () => void): void }>('koa.ts')
    const ctxs: Context[] = []
    const next = vi.fn(() => ctxs.at(-1)?.res.end('page'))
    world.serve((req, res) => {
      ctxs.push({ path: req.url?.split('?')[0] ?? '', req, res })
      hub(ctxs.at(-1) as Context, next)
    })
    await works()
    await postWorks()
    expect(ctxs.map(({ respond }) => respond)).toEqual([false, false])
    expect(await (await fetch('/page')).text()).toBe('page')
  },
  'hono.ts': () => listens('hono.ts'),
  async 'route.ts'() {
    type Route = (request: Request, given: object) => Promise<Response>
    const { GET, POST, OPTIONS } = await load<Record<string, Route>>('route.ts')
    await works((request) => GET?.(request, { params: {} }) as Promise<Response>)
    expect(POST).toBe(GET)
    expect(OPTIONS).toBe(GET)
  },
  async 'nuxt.ts'() {
    const { default: handler } = await load<{ default: EventHandler }>('nuxt.ts')
    const app = createApp().use('/_sse', handler)
    world.serve(toNodeListener(app))
    await works()
    await postWorks()
  },
  async 'vite-plugin.ts'() {
    const { hub } = await load<{ hub(): Plugin }>('vite-plugin.ts')
    const vite = await createViteServer({
      configFile: false,
      logLevel: 'silent',
      root: import.meta.dirname,
      server: { middlewareMode: true, watch: null, ws: false },
      optimizeDeps: { noDiscovery: true },
      plugins: [hub()],
    })
    onTestFinished(() => vite.close())
    createServer(vite.middlewares).listen()
    await works()
    await postWorks()
  },
  async 'plain.ts'() {
    await load('plain.ts')
    const typesOf = (text: string) => text.match(/(?<=^event: ).*/gm)
    const countdown = await (await fetch('/countdown')).text()
    expect(typesOf(countdown)).toEqual(['left', 'left', 'left'])
    const progress = await (await fetch('/import')).text()
    expect(typesOf(progress)).toEqual([...Array(4).fill('progress'), 'complete'])
    const clock = await fetch('/clock')
    const { value } = (await clock.body?.getReader().read()) ?? {}
    expect(typesOf(new TextDecoder().decode(value))).toEqual(['time'])
  },
  async 'stop.ts'() {
    const once = vi.spyOn(process, 'once').mockReturnThis()
    const { stop } = await load<{ stop(): Promise<void> }>('stop.ts')
    expect(once).toHaveBeenCalledWith('SIGTERM', stop)
    await works()
    await stop()
    const { sse } = await load<{ sse: Hub }>('sse.ts')
    expect(sse.connectionCount).toBe(0)
  },
}

test.each(code)('$name', async ({ name }) => {
  const run = runs[name]
  if (!run) throw new Error(`No test runs the block "${name}": add one here, by its name.`)
  await run()
})

test('every block has a name of its own, and none has gone', () => {
  expect(code.map(({ name }) => name).sort()).toEqual(Object.keys(runs).sort())
})

test('every block compiles', async () => {
  expect(await typeErrors(code)).toEqual([])
}, 60_000)
