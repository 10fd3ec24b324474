/** What a block of the README meets when it runs in Node: servers on free ports, requests that lead there, a console that remembers. */
import { once } from 'node:events'
import { createServer, type RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { format } from 'node:util'
import { vi } from 'vitest'

export interface World {
  /** What the block printed, a line each. */
  readonly printed: readonly string[]
  /** How many requests it sent. */
  readonly requests: number
  /** An endpoint for the block's requests. A block may also start its own, on whatever port. */
  serve(listener: RequestListener): void
  /** Breaks every connection that is open. */
  breakConnections(): void
  /** Waits, in fake time where there is any, until it is so. */
  until(isSo: () => boolean): Promise<void>
  /** From now on every request of the block is answered by 204, which ends its sources. */
  end(): Promise<void>
}

const HOST = '127.0.0.1'
/** A block's requests to its own machine; a relative address is one as well, where there is no page. */
const LOCAL = /^http:\/\/localhost(:3000)?(?=\/)/
/** A turn of real time, and of fake time, in ms: time enough for bytes to arrive before the fake clock runs on. */
const TURN = { real: 15, fake: 100 }

const realTimeout = globalThis.setTimeout
const realFetch = globalThis.fetch

export function createWorld(): World {
  const printed: string[] = []
  const servers: Server[] = []
  const { listen } = Server.prototype
  /** Event streams that the block asked for; those it gave up are aborted. */
  const streams: Request[] = []
  let requests = 0
  let refused = 0
  let ended = false

  for (const method of ['log', 'warn'] as const)
    vi.spyOn(console, method).mockImplementation((...values) => {
      printed.push(format(...values))
    })
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    servers.push(this)
    return listen.call(this, { port: 0, host: HOST })
  })
  vi.stubGlobal('fetch', async (input: string | Request, init?: RequestInit) => {
    const asked = new Request(input instanceof Request ? input : `http://localhost${input}`, init)
    requests++
    if (ended) {
      refused++
      return new Response(null, { status: 204 })
    }
    const server = servers.at(-1)
    if (!server) throw new Error('The block asks, but nobody serves.')
    if (!server.listening) await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = asked.url.replace(LOCAL, `http://${HOST}:${port}`)
    if (!url.startsWith(`http://${HOST}`)) throw new Error(`A block asked for ${url}.`)
    const response = await realFetch(new Request(url, asked))
    if (response.headers.get('content-type') === 'text/event-stream') streams.push(asked)
    return response
  })

  return {
    printed,
    get requests() {
      return requests
    },
    serve(listener) {
      createServer(listener).listen()
    },
    breakConnections() {
      for (const server of servers) server.closeAllConnections()
    },
    async until(isSo) {
      do {
        await new Promise((resolve) => realTimeout(resolve, TURN.real))
        if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(TURN.fake)
      } while (!isSo())
    },
    async end() {
      const live = streams.filter(({ signal }) => !signal.aborted).length
      ended = true
      this.breakConnections()
      await this.until(() => refused >= live)
      await this.until(() => true)
      vi.useRealTimers()
      vi.restoreAllMocks()
      const closed = servers.map((server) => once(server, 'close'))
      for (const server of servers) server.close()
      // Platforms open a connection in advance.
      this.breakConnections()
      await Promise.all(closed)
    },
  }
}
