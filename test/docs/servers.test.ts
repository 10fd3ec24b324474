/** Each snippet mounts a hub that a client can use. */
import { createServer } from 'node:http'
import { createApp, type EventHandler, toNodeListener } from 'h3'
import { type Fetch, openEventStream, SSEClient } from 'tidewire'
import { createServer as createViteServer, type Plugin } from 'vite'
import { expect, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument, type Place } from '../support/document/node.js'

interface Hub {
  fetch(request: Request): Promise<Response>
  to(name: string): { send(type: string, data: unknown): unknown }
  readonly connectionCount: number
}

interface Way {
  /** The block that has the hub. */
  from?: string
  url?: string
  fetch?: Fetch
}

/** Joins a channel, hears what is sent, leaves, and is forgotten. */
async function works({ load }: Place, { from = 'sse.ts', ...options }: Way = {}) {
  const { sse } = await load<{ sse: Hub }>(from)
  const client = new SSEClient(options)
  const notices = client.subscribe('notices')
  const heard: unknown[] = []
  notices.on('alert', (data) => heard.push(data))
  expect(await notices.ready).toBe('ok')
  expect(sse.connectionCount).toBe(1)
  sse.to('notices').send('alert', { text: 'Back at noon' })
  await eventually(() => expect(heard).toEqual([{ text: 'Back at noon' }]))
  client.close()
  await eventually(() => expect(sse.connectionCount).toBe(0))
}

const listens = (name: string) => async (place: Place) => {
  await place.load(name)
  await works(place)
  const stream = await openEventStream('/_sse?channel=notices')
  for await (const { data } of stream) {
    expect(data).toContain('hello')
    break
  }
}

describeDocument('docs/servers.md', {
  async 'sse.ts'(place) {
    const { sse } = await place.load<{ sse: Hub }>('sse.ts')
    await works(place, { fetch: sse.fetch })
  },
  'node.ts': listens('node.ts'),
  'express.ts': listens('express.ts'),
  async 'express-user.ts'(place) {
    await place.load('express-user.ts')
    await works(place, { from: 'express-user.ts', url: '/_sse?token=ann' })
    const nobody = new SSEClient()
    expect(await nobody.subscribe('notices').ready).toBe('denied')
    nobody.close()
  },
  'fastify.ts': listens('fastify.ts'),
  'koa.ts': listens('koa.ts'),
  'hono.ts': listens('hono.ts'),
  async 'route.ts'(place) {
    type Route = (request: Request, given: object) => Promise<Response>
    const { GET, POST, OPTIONS } = await place.load<Record<string, Route>>('route.ts')
    await works(place, { fetch: (request) => POST!(request, { params: {} }) })
    expect(GET).toBe(POST)
    expect(OPTIONS).toBe(POST)
  },
  async 'sse-kept.ts'(place) {
    const { sse } = await place.load<{ sse: Hub }>('sse-kept.ts')
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'sse'))
    await works(place, { from: 'sse-kept.ts', fetch: sse.fetch })
    vi.resetModules()
    expect((await place.load<{ sse: Hub }>('sse-kept.ts')).sse).toBe(sse)
  },
  async 'web.ts'(place) {
    interface Served {
      default: { port: number; fetch(request: Request): Promise<Response> | Response }
    }
    const { default: served } = await place.load<Served>('web.ts')
    await works(place, { fetch: async (request) => served.fetch(request) })
    const page = await served.fetch(new Request('http://localhost:3000/'))
    expect(await page.text()).toBe('A page')
  },
  async 'nuxt.ts'(place) {
    const { default: handler } = await place.load<{ default: EventHandler }>('nuxt.ts')
    place.serve(toNodeListener(createApp().use('/_sse', handler)))
    await works(place)
  },
  async 'vite-plugin.ts'(place) {
    const { hub } = await place.load<{ hub(): Plugin }>('vite-plugin.ts')
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
    await works(place)
  },
  async 'plain.ts'({ load }) {
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
  async 'stop.ts'(place) {
    const once = vi.spyOn(process, 'once').mockReturnThis()
    const { stop } = await place.load<{ stop(): Promise<void> }>('stop.ts')
    expect(once).toHaveBeenCalledWith('SIGTERM', stop)
    await works(place)
    await stop()
    const { sse } = await place.load<{ sse: Hub }>('sse.ts')
    expect(sse.connectionCount).toBe(0)
  },
})
