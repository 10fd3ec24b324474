/** The page's own network, which a person can take away or slow down: every request of the page goes through it. */
import { signal } from 'tidewire'

/**
 * The hub's address as the client sees it. The library never takes a loopback address for unreachable, so that a page on
 * `localhost` cannot show what being offline is like; this name is none, and stays within the page.
 */
export const HUB_URL = 'http://hub.playground/_sse'

/** Milliseconds before an answer begins, and between two pieces of it. */
const LATENCY = 1200
const PIECE_EVERY = 40
/** Bytes. With the pause above: 4 KB a second. */
const PIECE = 160

const isOffline = signal(false)
const isSlow = signal(false)
/** Aborted when the network goes, with all that is under way. */
let reach = new AbortController()

export const network = {
  isOffline,
  isSlow,

  /** The option `fetch` of the page's connections. */
  async fetch(request: Request): Promise<Response> {
    if (isSlow.peek()) await pause(LATENCY)
    const response = await fetch(await reachable(request))
    const { body, status, statusText, headers } = response
    if (!body || !isEventStream(response)) return response
    return new Response(carry(body), { status, statusText, headers })
  },

  /** The browser tells the same events, and says the same of itself. */
  setOffline(offline: boolean): void {
    isOffline.value = offline
    if (offline) reach.abort(new TypeError('network error'))
    else reach = new AbortController()
    dispatchEvent(new Event(offline ? 'offline' : 'online'))
  },

  setSlow(slow: boolean): void {
    isSlow.value = slow
  },
}

Object.defineProperty(navigator, 'onLine', {
  configurable: true,
  get: () => !isOffline.peek(),
})

export function isEventStream({ status, headers }: Response): boolean {
  return status === 200 && !!headers.get('content-type')?.startsWith('text/event-stream')
}

/** The same request to this server, as far as the network reaches. */
async function reachable(request: Request): Promise<Request> {
  const signal = AbortSignal.any([request.signal, reach.signal])
  if (!request.url.startsWith(HUB_URL)) return new Request(request, { signal })
  const { method, headers } = request
  const body = method === 'GET' ? null : await request.text()
  return new Request(new URL('/_sse', location.href), { method, headers, body, signal })
}

/** The same bytes, as fast as the network lets them through. */
function carry(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let waiting: Uint8Array | undefined

  return new ReadableStream({
    async pull(controller) {
      const bytes = waiting ?? (await reader.read()).value
      waiting = undefined
      if (!bytes) return controller.close()
      if (!isSlow.peek()) return controller.enqueue(bytes)
      await pause(PIECE_EVERY)
      controller.enqueue(bytes.subarray(0, PIECE))
      if (bytes.length > PIECE) waiting = bytes.subarray(PIECE)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
