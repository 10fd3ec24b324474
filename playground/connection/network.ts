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
/** What is under way breaks when the network goes. */
const breaking = new Set<() => void>()

export const network = {
  isOffline,
  isSlow,

  /** What the options `fetch` of the page's connections are. */
  async fetch(request: Request): Promise<Response> {
    if (isOffline.peek()) throw new TypeError('Failed to fetch')
    if (isSlow.peek()) await pause(LATENCY)
    const response = await fetch(await reachable(request))
    if (!response.body) return response
    const { status, statusText, headers } = response
    return new Response(carry(response.body), { status, statusText, headers })
  },

  /** The browser tells the same events, and says the same of itself. */
  setOffline(offline: boolean): void {
    isOffline.value = offline
    if (offline) for (const fail of [...breaking]) fail()
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

/** A request to the hub's name, as a request to this server. */
async function reachable(request: Request): Promise<Request> {
  const { url, method, headers, signal } = request
  if (!url.startsWith(HUB_URL)) return request
  const body = method === 'GET' ? null : await request.text()
  return new Request(new URL('/_sse', location.href), { method, headers, body, signal })
}

/** The same bytes, as the network lets them through. */
function carry(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = body.getReader()
  let waiting: Uint8Array | undefined
  let forget = () => {}

  return new ReadableStream({
    start(controller) {
      const fail = () => {
        forget()
        controller.error(new TypeError('network error'))
        void reader.cancel().catch(() => {})
      }
      forget = () => breaking.delete(fail)
      breaking.add(fail)
    },
    async pull(controller) {
      try {
        const bytes = waiting ?? (await reader.read()).value
        waiting = undefined
        if (!bytes) {
          forget()
          return controller.close()
        }
        if (!isSlow.peek()) return controller.enqueue(bytes)
        await pause(PIECE_EVERY)
        controller.enqueue(bytes.subarray(0, PIECE))
        if (bytes.length > PIECE) waiting = bytes.subarray(PIECE)
      } catch (error) {
        forget()
        controller.error(error)
      }
    },
    cancel(reason) {
      forget()
      return reader.cancel(reason)
    },
  })
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
