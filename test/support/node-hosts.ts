/** The places where a hub is mounted in Node, each a server of its own on a free port of this machine. */
import { once } from 'node:events'
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  request as sendRequest,
} from 'node:http'
import {
  type ClientHttp2Session,
  connect,
  createServer as createHttp2Server,
  type Http2Server,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { serve as serveHono } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { createApp, fromNodeMiddleware, toNodeListener } from 'h3'
import { Hono } from 'hono'
import { toNodeHandler } from 'tidewire/node'
import type { Hub } from 'tidewire/server'
import { createServer as createViteServer } from 'vite'
import { URL_OF_HUB } from './hub-reader.js'

export interface Host {
  /** Without a slash at the end. */
  readonly url: string
  /** Sends what is meant for the hub to where it is mounted. */
  fetch(request: Request): Promise<Response>
  /** Resolves when no connection is left; nothing is cut. */
  close(): Promise<void>
}

type Mount = (hub: Hub<Record<string, Record<string, unknown>>>) => Promise<Host>

const PATH = new URL(URL_OF_HUB).pathname

function host(server: Server | Http2Server, stop?: () => unknown): Promise<Host> {
  return new Promise((resolve) => {
    const ready = () => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      resolve({
        url,
        fetch: (request) => fetchHttp1(url, request),
        async close() {
          const closed = new Promise((done) => server.close(done))
          await stop?.()
          await closed
        },
      })
    }
    if (server.listening) ready()
    else server.listen(0, '127.0.0.1', ready)
  })
}

const onHttp = (listener: Parameters<typeof createHttpServer>[1]) =>
  host(createHttpServer(listener as never))

export const hosts: Readonly<Record<string, Mount>> = {
  'node:http': (hub) => onHttp(toNodeHandler(hub)),

  async 'node:http2'(hub) {
    const server = createHttp2Server(toNodeHandler(hub))
    const { url, close } = await host(server)
    const client = connect(url)
    return {
      url,
      fetch: (request) => fetchHttp2(client, request),
      async close() {
        client.close()
        await close()
      },
    }
  },

  'Express 5': (hub) => onHttp(express().use(PATH, toNodeHandler(hub))),

  'Express 5, behind its parser of JSON': (hub) =>
    onHttp(express().use(express.json()).use(PATH, toNodeHandler(hub))),

  'an app in an app of Express 5': (hub) =>
    onHttp(express().use(express.Router().all(PATH, toNodeHandler(hub)))),

  async 'Fastify 5'(hub) {
    const app = fastify()
    const handle = toNodeHandler(hub)
    app.all(PATH, (request, reply) => {
      reply.hijack()
      handle(Object.assign(request.raw, { body: request.body }), reply.raw)
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    return host(app.server)
  },

  async 'Hono on Node'(hub) {
    const app = new Hono()
    app.all(PATH, (c) => hub.fetch(c.req.raw))
    const server = await new Promise<Server>((resolve) => {
      const started = serveHono({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(started as Server),
      )
    })
    return host(server)
  },

  h3(hub) {
    const app = createApp()
    app.use(PATH, fromNodeMiddleware(toNodeHandler(hub)))
    return onHttp(toNodeListener(app))
  },

  async "Vite's dev server"(hub) {
    const vite = await createViteServer({
      configFile: false,
      logLevel: 'silent',
      root: import.meta.dirname,
      server: { middlewareMode: true, watch: null, ws: false, cors: false },
      optimizeDeps: { noDiscovery: true },
      plugins: [
        {
          name: 'hub',
          configureServer: ({ middlewares }) => void middlewares.use(PATH, toNodeHandler(hub)),
        },
      ],
    })
    return host(createHttpServer(vite.middlewares), () => vite.close())
  },

  'node:http, as any handler': (hub) =>
    onHttp(toNodeHandler({ fetch: (request) => hub.fetch(request) })),
}

/** A connection for each request; cancelling the body cuts it. */
async function fetchHttp1(url: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const sent = sendRequest(url + pathname + search, {
    agent: false,
    method: request.method,
    headers: Object.fromEntries(request.headers),
  })
  sent.end(Buffer.from(await request.arrayBuffer()))
  const [got] = (await once(sent, 'response')) as [IncomingMessage]
  return responseOf(got, got.headers, got.statusCode ?? 0)
}

/** Cancelling the body resets the stream. */
async function fetchHttp2(client: ClientHttp2Session, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const sent = client.request({
    ...Object.fromEntries(request.headers),
    ':method': request.method,
    ':path': pathname + search,
  })
  if (request.method !== 'GET') sent.end(Buffer.from(await request.arrayBuffer()))
  const [headers] = (await once(sent, 'response')) as [Record<string, string>]
  return responseOf(sent, headers, Number(headers[':status']))
}

function responseOf(
  readable: Readable,
  fields: Readonly<Record<string, string | string[] | undefined>>,
  status: number,
): Response {
  const headers = new Headers()
  for (const [name, value] of Object.entries(fields))
    if (!name.startsWith(':')) for (const one of [value ?? []].flat()) headers.append(name, one)
  // Somebody who leaves is no failure.
  readable.on('error', () => {})
  const body = wholeBlocks(Readable.toWeb(readable) as ReadableStream<Uint8Array>)
  if (status !== 204) return new Response(body, { status, headers })
  readable.resume()
  return new Response(null, { status, headers })
}

/** A network cuts anywhere; the reader of hubs wants to see blocks. */
function wholeBlocks(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  let rest = Buffer.alloc(0)
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        const all = Buffer.concat([rest, chunk])
        const end = all.lastIndexOf('\n\n') + 2
        rest = Buffer.from(end > 1 ? all.subarray(end) : all)
        if (end > 1) controller.enqueue(new Uint8Array(all.subarray(0, end)))
      },
      flush: (controller) => controller.enqueue(new Uint8Array(rest)),
    }),
  )
}
