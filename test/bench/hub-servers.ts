/** Who fans out: each a request handler, and a way to send one event to everybody who is connected. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Transmit } from '@boringnode/transmit'
import { getRequestListener } from '@hono/node-server'
import { createChannel, createSession } from 'better-sse'
import { createHub } from '../../src/server/index.js'
import { toNodeHandler } from '../../src/server/node.js'

export interface FanOut {
  handle(req: IncomingMessage, res: ServerResponse): unknown
  /** The payload as a text; it travels as JSON. */
  publish(payload: string): void
}

/** Longer than any measurement: timers are there, as its users have them, but none is due in the middle. */
const HEARTBEAT = 3_600_000
const CHANNEL = 'prices'

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
}

/** What any server on Node does at least: one shared buffer, one `res.write` a connection. */
function bareNode(): FanOut {
  const open = new Set<ServerResponse>()
  return {
    handle(_req, res) {
      res.writeHead(200, HEAD)
      res.write(':\n\n')
      open.add(res)
      res.once('close', () => open.delete(res))
    },
    publish(payload) {
      const bytes = Buffer.from(`data: ${JSON.stringify(payload)}\n\n`)
      for (const res of open) res.write(bytes)
    },
  }
}

/** What any web-standard handler does at least: one stream a connection, one `enqueue` of shared bytes. */
function bareWeb(): FanOut {
  const open = new Set<ReadableStreamDefaultController<Uint8Array>>()
  const encoder = new TextEncoder()
  return {
    handle: getRequestListener(() => {
      let own: ReadableStreamDefaultController<Uint8Array>
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          own = controller
          open.add(own)
          own.enqueue(encoder.encode(':\n\n'))
        },
        cancel() {
          open.delete(own)
        },
      })
      return new Response(body, { headers: HEAD })
    }),
    publish(payload) {
      const bytes = encoder.encode(`data: ${JSON.stringify(payload)}\n\n`)
      for (const controller of open) controller.enqueue(bytes)
    },
  }
}

function createMeasuredHub() {
  const hub = createHub({ heartbeat: HEARTBEAT, limits: { connections: 50_000 } })
  hub.channel(CHANNEL)
  const publish = (payload: string) => {
    void hub.to(CHANNEL).send('message', payload)
  }
  return { hub, publish }
}

function tidewireNode(): FanOut {
  const { hub, publish } = createMeasuredHub()
  return { handle: toNodeHandler(hub), publish }
}

/** Through our own adapter, which does not know that it is a hub's `fetch`. */
function tidewireOwnBridge(): FanOut {
  const { hub, publish } = createMeasuredHub()
  return { handle: toNodeHandler({ fetch: (request) => hub.fetch(request) }), publish }
}

function tidewireHono(): FanOut {
  const { hub, publish } = createMeasuredHub()
  return { handle: getRequestListener((request) => hub.fetch(request)), publish }
}

function betterSSE(): FanOut {
  const channel = createChannel()
  return {
    async handle(req, res) {
      channel.register(await createSession(req, res, { keepAlive: HEARTBEAT }))
    },
    publish: (payload) => void channel.broadcast(payload),
  }
}

function transmit(): FanOut {
  const hub = new Transmit({ pingInterval: HEARTBEAT, transport: null })
  return {
    handle(request, response) {
      const uid = randomUUID()
      hub.createStream({ uid, context: undefined, request, response })
      return hub.subscribe({ uid, channel: CHANNEL, context: undefined })
    },
    publish: (payload) => hub.broadcast(CHANNEL, payload),
  }
}

export const servers = {
  'bare Node': bareNode,
  'bare ReadableStream, @hono/node-server': bareWeb,
  'tidewire, toNodeHandler': tidewireNode,
  'tidewire, hub.fetch and toNodeHandler': tidewireOwnBridge,
  'tidewire, hub.fetch and @hono/node-server': tidewireHono,
  'better-sse': betterSSE,
  '@boringnode/transmit': transmit,
} satisfies Record<string, () => FanOut>

export type ServerName = keyof typeof servers
