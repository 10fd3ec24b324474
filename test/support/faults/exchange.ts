/** One request and what becomes of it on its way to the server and back. */
import { after } from '../../../src/abort.js'
import type { Fetch } from '../../../src/event-stream/stream.js'
import type { Break, Faults } from './faults.js'
import { networkError, withPlace } from './redirect.js'
import { createWire, type Wire } from './wire.js'

export interface Exchange {
  /** As the server gets it. */
  readonly request: Request
  readonly faults: Faults
  /** The client was given a response that goes on. */
  readonly isOpen: boolean
  /** The client waits, or reads. */
  readonly isLive: boolean
  /** Bytes of the body that the client was given. */
  readonly bytes: number
  break(how: Break): void
  /** What stays where it is goes on. */
  resume(): void
  /** A break that was planned does not come. */
  spare(): void
}

export interface StartedExchange {
  readonly exchange: Exchange
  readonly response: Promise<Response>
}

/** One for all: to make one takes longer than the rest of a goodbye. */
const LEFT = new DOMException('The client left.', 'AbortError')

export interface ExchangeParts {
  readonly server: Fetch
  /** Of the client's request. */
  readonly signal: AbortSignal
  /** Makes the server's request of a signal. */
  readonly requestOf: (signal: AbortSignal) => Request
  readonly faultsOf: (request: Request) => Faults
  /** Neither half has anything to do any more. */
  readonly onOver: (exchange: Exchange) => void
}

export function startExchange({
  server,
  signal,
  requestOf,
  faultsOf,
  onOver,
}: ExchangeParts): StartedExchange {
  /** Aborts where the server is told that the client left. */
  const told = new AbortController()
  const request = requestOf(told.signal)
  let faults = faultsOf(request)
  /** Ends the wait for an answer. */
  const asking = new AbortController()
  let wire: Wire | undefined
  /** What arrived and is held back: the request, or the answer. */
  let held: (() => void)[] | undefined
  let isConnected = true
  let isLive = true
  let resolve!: (response: Response) => void
  let reject!: (reason: unknown) => void
  const response = new Promise<Response>((...settlers) => {
    ;[resolve, reject] = settlers
  })

  const hangUp = () => told.abort(LEFT)
  const over = () => {
    hangUp()
    // An answer that comes to nobody is given back.
    release()
    onOver(exchange)
  }

  /** The client waits and reads no longer. */
  function leave() {
    isLive = false
    signal.removeEventListener('abort', abort)
    asking.abort()
  }

  function abort() {
    const reason: unknown = signal.reason
    leave()
    if (wire) return wire.fail(reason)
    reject(reason)
    if (isConnected) over()
  }

  function fail(cause: string) {
    leave()
    reject(networkError(cause))
    over()
  }

  /** Once nothing is held back. */
  function pass(what: () => void) {
    if (held) held.push(what)
    else what()
  }

  function release() {
    const passing = held ?? []
    held = undefined
    for (const what of passing) what()
  }

  async function ask() {
    if (asking.signal.aborted) return
    try {
      const { answer } = faults
      const given = answer
        ? new Response(answer.body ?? null, {
            status: answer.status,
            headers: answer.headers ?? {},
          })
        : await server(request)
      pass(() => deliver(given))
    } catch (error) {
      pass(() => {
        if (!asking.signal.aborted) fail(String(error))
      })
    }
  }

  function deliver(given: Response) {
    const { body, status, statusText, headers, url, redirected } = given
    if (asking.signal.aborted) {
      body?.cancel().catch(() => {})
      return over()
    }
    asking.abort()
    if (body) wire = createWire(body, faults, { left: leave, hangUp, over })
    // Another one: what is told that nobody listens any more may break the one that it gave.
    const response = new Response(wire?.body ?? null, { status, statusText, headers })
    resolve(withPlace(response, url, redirected))
    if (wire) return
    leave()
    over()
  }

  const exchange: Exchange = {
    request,
    get faults() {
      return faults
    },
    get isOpen() {
      return isLive && wire !== undefined
    },
    get isLive() {
      return isLive
    },
    get bytes() {
      return wire?.bytes ?? 0
    },
    break(how) {
      if (wire) return wire.break(how)
      if (how !== 'stall' && how !== 'half-open') return fail('the connection broke')
      held ??= []
      isConnected &&= how === 'stall'
    },
    resume() {
      isConnected = true
      release()
      wire?.resume()
    },
    spare() {
      faults = { ...faults, breakAfter: undefined }
      wire?.spare()
    },
  }

  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  else if (faults.refuse) fail('connect ECONNREFUSED')
  else if (faults.delay) after(faults.delay, asking.signal, () => pass(() => void ask()))
  else if (!faults.hang) void ask()
  return { exchange, response }
}
