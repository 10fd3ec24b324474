/** A hub and the page that listens to it, behind a wire that can fail. */
import { join } from 'node:path'
import { build } from 'esbuild'
import type { UntypedChannels } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { serve } from '../http-server.js'
import { startTcpProxy, type TcpProxy } from '../tcp-proxy.js'

/** What the hub announces, in ms. Short, so that silence is noticed soon. */
export const HEARTBEAT = 300

export interface Site {
  readonly port: number
  readonly wire: Pick<TcpProxy, 'silence' | 'cut'>
  /** Streams that the hub has. */
  readonly streams: number
  /** How many were published. */
  readonly published: number
  publish(count: number): void
  close(): Promise<void>
}

export async function startSite(): Promise<Site> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'page.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  const hub = createHub<UntypedChannels>({ heartbeat: HEARTBEAT })
  hub.channel('n')
  const answer = toNodeHandler(hub)
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/page': [
      'text/html',
      '<!doctype html><title>page</title><script type="module" src="/page.js"></script>',
    ],
    '/page.js': ['text/javascript', outputFiles[0]?.text ?? ''],
    '/away': ['text/html', '<!doctype html><title>away</title>'],
  }
  const server = await serve((request, response) => {
    if (request.url?.startsWith('/_sse')) return answer(request, response)
    const [type, text] = files[request.url ?? ''] ?? []
    // No connection is kept for later: a wire that fails silently would take the next request with it.
    response.writeHead(type ? 200 : 404, {
      'content-type': type ?? 'text/plain',
      connection: 'close',
    })
    response.end(text)
  })
  const wire = await startTcpProxy(Number(new URL(server.url).port))
  let published = 0

  return {
    port: wire.port,
    wire,
    get streams() {
      return hub.connectionCount
    },
    get published() {
      return published
    },
    publish(count) {
      for (let sent = 0; sent < count; sent++) void hub.to('n').send('n', published++)
    },
    async close() {
      await hub.close()
      await wire.close()
      await server.close()
    },
  }
}
