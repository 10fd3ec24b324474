/** What a document's block meets when it runs in Node: servers on free ports, requests that lead there, a console that remembers. */
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
  /** Another host of the internet, such as `https://api.example.com`. */
  host(origin: string, answer: (request: Request) => Response | Promise<Response>): void
  /** Breaks every connection that is open. */
  breakConnections(): void
  /** Waits, in fake time where there is any, until it is so. */
  until(isSo: () => boolean): Promise<void>
  /** What a promise gives, in fake time where there is any. */
  arrives<T>(promise: Promise<T>): Promise<T>
  /** From now on every request of the block is answered by 204, which ends its sources and clients. */
  end(): Promise<void>
}

const HOST = '127.0.0.1'
/** A block's requests to its own machine; a relative address is one as well, where there is no page. */
const LOCAL = /^http:\/\/localhost(:3000)?(?=\/)/
/** A turn of real time, and of fake time, in ms: time enough for bytes to arrive before the fake clock runs on. */
const TURN = { real: 15, fake: 100 }
const FAKE = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const

const realTimeout = globalThis.setTimeout
const realFetch = globalThis.fetch

/** Time that `until` moves on. What is `also` fake must not be needed by sockets. */
export const fakeTime = (...also: 'performance'[]) =>
  vi.useFakeTimers({ toFake: [...FAKE, ...also] })

export function createWorld(): World {
  const printed: string[] = []
  const servers: Server[] = []
  const { listen } = Server.prototype
  const hosts = new Map<string, (request: Request) => Response | Promise<Response>>()
  /** Event streams that the block asked for; those it gave up are aborted. */
  const streams: Request[] = []
  const underWay: Request[] = []
  let requests = 0
  let refused = 0
  let ended = false

  for (const method of ['log', 'info', 'warn'] as const)
    vi.spyOn(console, method).mockImplementation((...values) => {
      printed.push(format(...values))
    })
  vi.spyOn(Server.prototype, 'listen').mockImplementation(function (this: Server) {
    servers.push(this)
    return listen.call(this, { port: 0, host: HOST })
  })
  vi.stubGlobal('fetch', async (input: string | URL | Request, init?: RequestInit) => {
    const address = input instanceof Request ? input : new URL(input, 'http://localhost')
    const asked = new Request(address, init)
    requests++
    if (ended) {
      refused++
      return new Response(null, { status: 204 })
    }
    const elsewhere = hosts.get(new URL(asked.url).origin)
    const response = await (elsewhere?.(asked) ?? askServer(asked))
    // Others than Tidewire's do not come back.
    const isOurs = asked.headers.get('accept') === 'text/event-stream'
    if (isOurs && response.headers.get('content-type')?.startsWith('text/event-stream'))
      streams.push(asked)
    return response
  })

  async function askServer(asked: Request): Promise<Response> {
    const server = servers.at(-1)
    if (!server) throw new Error('The block asks, but nobody serves.')
    if (!server.listening) await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const url = asked.url.replace(LOCAL, `http://${HOST}:${port}`)
    if (!url.startsWith(`http://${HOST}`)) throw new Error(`A block asked for ${url}.`)
    const request = new Request(url, asked)
    // Node loses the way from a signal to a request that nobody holds.
    underWay.push(request)
    return realFetch(request)
  }

  async function until(isSo: () => boolean) {
    do {
      await new Promise((resolve) => realTimeout(resolve, TURN.real))
      if (vi.isFakeTimers()) await vi.advanceTimersByTimeAsync(TURN.fake)
    } while (!isSo())
  }

  const breakConnections = () => {
    for (const server of servers) server.closeAllConnections()
  }

  return {
    printed,
    get requests() {
      return requests
    },
    serve(listener) {
      createServer(listener).listen()
    },
    host: (origin, answer) => void hosts.set(origin, answer),
    breakConnections,
    until,
    async arrives(promise) {
      let isThere = false
      const settle = () => {
        isThere = true
      }
      promise.then(settle, settle)
      await until(() => isThere)
      return promise
    },
    async end() {
      const live = streams.filter(({ signal }) => !signal.aborted).length
      ended = true
      breakConnections()
      await until(() => refused >= live)
      await until(() => true)
      vi.useRealTimers()
      vi.restoreAllMocks()
      const closed = servers.map((server) => once(server, 'close'))
      for (const server of servers) server.close()
      // Platforms open a connection in advance.
      breakConnections()
      await Promise.all(closed)
    },
  }
}
