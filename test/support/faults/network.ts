/** A network between a client and whatever answers it: wraps a `fetch`, and breaks what a test or a person wants broken. */
import type { Fetch } from '../../../src/event-stream/stream.js'
import { type Exchange, startExchange } from './exchange.js'
import type { Break, Faults } from './faults.js'
import { followRedirects, type Leg, requestOf } from './redirect.js'

export interface Network {
  /** For `new SSEClient({ fetch })`, `createSource(url, { fetch })`, `openEventStream(url, { fetch })`. Bound. */
  readonly fetch: Fetch
  /** Who answers; another one is another process, or another address behind the same name. */
  server: Fetch
  /** What goes wrong with every request that `next` says nothing of, or a function that is asked for each. Default: nothing. */
  faults: Faults | ((request: Request) => Faults | undefined)
  /** What goes wrong with the requests to come, one each, in this order. */
  next(...faults: readonly Faults[]): void
  /** Forgets what `next` said, and the breaks that are planned for what is under way. */
  clear(): void
  /** Requests so far; each leg of a redirect is one. */
  readonly requests: number
  /** Of which something is still under way, oldest first: also where only the server does not know yet that nobody reads. */
  readonly exchanges: readonly Exchange[]
  /** Those of which the client reads a response. */
  readonly open: readonly Exchange[]
  /** Breaks all that are under way. */
  break(how: Break): void
  /** What stays where it is goes on. */
  resume(): void
}

/**
 * @param server Answers: a hub's `fetch`, a scripted endpoint's, the platform's own (`fetch`), or a function.
 */
export function createNetwork(server: Fetch, faults: Network['faults'] = {}): Network {
  const underWay = new Set<Exchange>()
  const queue: Faults[] = []
  let requests = 0

  function faultsOf(request: Request): Faults {
    const { faults } = network
    return queue.shift() ?? (typeof faults === 'function' ? faults(request) : faults) ?? {}
  }

  function send(request: Request, leg: Leg): Promise<Response> {
    requests++
    const { exchange, response } = startExchange({
      server: network.server,
      signal: request.signal,
      requestOf: (signal) => requestOf(request, leg, signal),
      faultsOf,
      onOver: (exchange) => underWay.delete(exchange),
    })
    if (exchange.isLive) underWay.add(exchange)
    return response
  }

  const network: Network = {
    server,
    faults,
    fetch: (request) => followRedirects(request, (leg) => send(request, leg)),
    next(...faults) {
      queue.push(...faults)
    },
    clear() {
      queue.length = 0
      for (const exchange of underWay) exchange.spare()
    },
    get requests() {
      return requests
    },
    get exchanges() {
      return [...underWay]
    },
    get open() {
      return [...underWay].filter(({ isOpen }) => isOpen)
    },
    break(how) {
      for (const exchange of [...underWay]) exchange.break(how)
    },
    resume() {
      for (const exchange of [...underWay]) exchange.resume()
    },
  }
  return network
}
