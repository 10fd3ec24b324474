import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { request as askOverTls } from 'node:https'
import type { AddressInfo } from 'node:net'
import { SSEClient } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub, type Hub, type HubOptions } from 'tidewire/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { readDocument } from '../support/document/modules.js'
import { describeDocument } from '../support/document/node.js'
import { hasNginx, startNginx } from '../support/nginx.js'

describeDocument('docs/deployment.md', {
  async 'shutdown.ts'(place) {
    const once = vi.spyOn(process, 'once').mockReturnThis()
    await place.load('shutdown.ts')
    const [signal, stop] = once.mock.calls.find(([name]) => name === 'SIGTERM') ?? []
    expect(signal).toBe('SIGTERM')
    expect((await fetch('/ready')).status).toBe(200)
    const errors: unknown[] = []
    const client = new SSEClient()
    client.on('error', (error) => errors.push(error))
    const notices = client.subscribe('notices')
    expect(await notices.ready).toBe('ok')
    vi.spyOn(Math, 'random').mockReturnValue(0)
    const stopped = (stop as unknown as () => Promise<void>)()
    await eventually(() => expect(client.status.value).toBe('waiting'))
    expect(errors).toEqual([])
    await stopped
    client.close()
  },
})

type AnyHub = Hub<Record<string, Record<string, unknown>>>

/** A hub on a port. */
async function startHub(options: HubOptions = {}, port = 0) {
  const hub = createHub<Record<string, Record<string, unknown>>>(options as object) as AnyHub
  hub.channel('notices')
  const server: Server = createServer(toNodeHandler(hub)).listen(port, '127.0.0.1')
  await once(server, 'listening')
  const stop = async () => {
    await hub.close()
    server.closeAllConnections()
    if (server.listening) await new Promise((done) => server.close(done))
  }
  onTestFinished(stop)
  return { hub, stop, port: (server.address() as AddressInfo).port }
}

const site = readDocument('docs/nginx.conf')

async function start(options: HubOptions = {}, changes: Readonly<Record<string, string>> = {}) {
  const started = await startHub(options)
  const nginx = await startNginx(site, started.port, changes)
  onTestFinished(nginx.stop)
  return { ...started, nginx }
}

function subscribe(client: SSEClient) {
  onTestFinished(client.close)
  const heard: unknown[] = []
  const subscription = client.subscribe('notices')
  subscription.on('*', (data) => heard.push(data))
  return { heard, ready: subscription.ready, channel: subscription.channel }
}

describe.skipIf(!hasNginx)('docs/nginx.conf', { timeout: 60_000 }, () => {
  test('hands each event on as it comes, uncompressed, over HTTP/2', async () => {
    const { hub, nginx } = await start()
    const headers: (string | null)[] = []
    const client = new SSEClient({
      headers: { 'accept-encoding': 'gzip' },
      async fetch(request) {
        const response = await nginx.fetch(request)
        headers.push(response.headers.get('content-encoding'))
        return response
      },
    })
    const { heard, ready } = subscribe(client)
    expect(await ready).toBe('ok')
    // The next one is sent only when the last one is there.
    for (let n = 1; n <= 20; n++) {
      await hub.to('notices').send('alert', { n })
      await eventually(() => expect(heard).toHaveLength(n))
    }
    expect(headers).toEqual([null])
  })

  test('carries more streams than a browser may have connections, and lets go of who leaves', async () => {
    const { hub, nginx } = await start()
    const streams = Array.from({ length: 20 }, () => new SSEClient({ fetch: nginx.fetch }))
    const all = streams.map(subscribe)
    expect(await Promise.all(all.map(({ ready }) => ready))).toEqual(Array(20).fill('ok'))
    expect(hub.connectionCount).toBe(20)
    await hub.to('notices').send('alert', { n: 1 })
    await eventually(() => expect(all.map(({ heard }) => heard.length)).toEqual(Array(20).fill(1)))
    for (const client of streams) client.close()
    await eventually(() => expect(hub.connectionCount).toBe(0))
  })

  test('tells the hub who asks', async () => {
    const seen: (string | null)[][] = []
    const { nginx } = await start({
      identify({ headers }) {
        seen.push(['host', 'x-forwarded-for', 'x-forwarded-proto'].map((name) => headers.get(name)))
        return null
      },
    })
    // A browser that does not say where a request comes from: host and origin must agree.
    const origin = `https://example.com:${nginx.port}`
    const { ready } = subscribe(new SSEClient({ fetch: nginx.fetch, headers: { origin } }))
    expect(await ready).toBe('ok')
    expect(seen).toEqual([[`example.com:${nginx.port}`, '127.0.0.1', 'https']])
  })

  test('keeps a stream whose heartbeat is shorter than its time limit', async () => {
    const { hub, nginx } = await start(
      { heartbeat: 300 },
      { 'proxy_read_timeout 60s': 'proxy_read_timeout 1s' },
    )
    const client = new SSEClient({ fetch: nginx.fetch })
    const statuses: string[] = []
    const { ready } = subscribe(client)
    expect(await ready).toBe('ok')
    client.status.subscribe((status) => statuses.push(status))
    await new Promise((resolve) => setTimeout(resolve, 3000))
    expect(statuses).toEqual(['open'])
    expect(hub.connectionCount).toBe(1)
  })

  test('lets pages come back after a restart, without an error', async () => {
    const { hub, stop, port, nginx } = await start()
    const errors: unknown[] = []
    const client = new SSEClient({ fetch: nginx.fetch })
    client.on('error', (error) => errors.push(error))
    const { heard, ready, channel } = subscribe(client)
    expect(await ready).toBe('ok')
    await hub.drain({ over: 100 })
    await stop()
    const { hub: next } = await startHub({}, port)
    await eventually(() => expect(channel.gap.value?.reason).toBe('epoch'))
    await eventually(() => expect(channel.status.value).toBe('live'))
    await next.to('notices').send('alert', { n: 1 })
    await eventually(() => expect(heard).toEqual([{ n: 1 }]))
    expect(errors).toEqual([])
  })

  test('while there is no server pages wait, and come back when there is', async () => {
    const { stop, port, nginx } = await start()
    const client = new SSEClient({ fetch: nginx.fetch, reconnectDelay: 100 })
    const { ready, channel } = subscribe(client)
    expect(await ready).toBe('ok')
    await stop()
    await eventually(() => expect(channel.status.value).toBe('resuming'))
    await eventually(() => expect(client.error.value?.status).toBe(502))
    await startHub({}, port)
    await eventually(() => expect(channel.status.value).toBe('live'))
  })

  test('speaks HTTP/1.1, too, and hands on a POST of a body that the hub takes', async () => {
    const { nginx } = await start()
    const { port, certificate: ca } = nginx
    const ask = (size: number) =>
      new Promise<number | undefined>((resolve, reject) => {
        const asked = askOverTls(
          {
            host: '127.0.0.1',
            port,
            ca,
            servername: 'example.com',
            agent: false,
            path: '/_sse',
            method: 'POST',
            headers: { host: `example.com:${port}`, 'content-type': 'application/json' },
          },
          (response) => {
            resolve(response.statusCode)
            response.resume()
          },
        )
        asked.on('error', reject)
        asked.end(' '.repeat(size))
      })
    // Not JSON, but read.
    expect(await ask(60 * 1024)).toBe(400)
    expect(await ask(70 * 1024)).toBe(413)
  })
})
