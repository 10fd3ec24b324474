/** A request of Node's, as the web's `Request`. */
import { getEventListeners } from 'node:events'

/** What is used of a request; HTTP/1.1 and HTTP/2 have it in common. */
export interface NodeIncoming {
  readonly method?: string | undefined
  readonly url?: string | undefined
  /** The URL before a router cut it: Express, Connect. */
  readonly originalUrl?: string | undefined
  /** What a framework has read. */
  readonly body?: unknown
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: object | null | undefined
  readonly readableDidRead: boolean
  readonly readableEnded: boolean
  readonly destroyed: boolean
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown
  on(event: 'end' | 'close' | 'error', listener: (error?: unknown) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** `undefined` where host or target are malformed. The host is what the client claims. */
export function urlOf(req: NodeIncoming): URL | undefined {
  const { headers, socket } = req
  const target = req.originalUrl ?? req.url ?? '/'
  // In full, as to a proxy; then its host counts.
  if (/^https?:\/\//i.test(target)) return URL.canParse(target) ? new URL(target) : undefined
  const isSecure = socket && 'encrypted' in socket && socket.encrypted === true
  const scheme = headers[':scheme'] ?? (isSecure ? 'https' : 'http')
  const host = String(headers[':authority'] ?? headers.host ?? 'localhost')
  // Joined, not resolved: `//elsewhere/path` is a path.
  const url = `${scheme}://${host}${target.startsWith('/') ? target : '/'}`
  return /^[^/?#@\\\s]+$/.test(host) && URL.canParse(url) ? new URL(url) : undefined
}

/** Throws where the body was read by somebody who did not leave it in `req.body`. */
export function requestOf(req: NodeIncoming, url: URL, signal: AbortSignal): Request {
  const request = unsignalledOf(req, url, signal)
  // Its own follows this one only as long as somebody holds the request.
  return Object.defineProperty(request, 'signal', { value: signal })
}

/** Whether something follows the signal that a request was made with: a copy, which holds only the signal. */
export function isFollowed(request: Request): boolean {
  return getEventListeners(Reflect.get(Request.prototype, 'signal', request), 'abort').length > 0
}

function unsignalledOf(req: NodeIncoming, url: URL, signal: AbortSignal): Request {
  const { method = 'GET' } = req
  const headers = new Headers()
  for (const [name, value] of Object.entries(req.headers))
    if (!name.startsWith(':')) for (const one of [value ?? []].flat()) headers.append(name, one)
  if (method === 'GET' || method === 'HEAD') return new Request(url, { method, headers, signal })

  const wasRead = req.readableDidRead
  if (wasRead)
    // Of the bytes that came. The content type stays, for a form must not turn into JSON, which other pages cannot send.
    for (const name of ['content-length', 'content-encoding', 'transfer-encoding'])
      headers.delete(name)
  const init: RequestInit & { duplex: 'half' } = {
    method,
    headers,
    signal,
    body: wasRead ? parsedBody(req) : unreadBody(req),
    duplex: 'half',
  }
  return new Request(url, init)
}

function parsedBody({ body }: NodeIncoming): BodyInit {
  if (body === undefined)
    throw new Error(
      'toNodeHandler: the body of this request was read before, and req.body does not have it. Mount the handler before what reads bodies, or set req.body.',
    )
  if (typeof body === 'string') return body
  return body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body)
}

/** Read when it is wanted. The rest is thrown away, so that the connection can go on. */
function unreadBody(req: NodeIncoming): ReadableStream<Uint8Array> {
  let over = false
  let listening = false

  function listen(controller: ReadableStreamDefaultController<Uint8Array>) {
    const finish = (end: () => void) => {
      if (!over) end()
      over = true
    }
    const left = () => {
      finish(() => controller.error(new Error('The reader left in the middle of its request.')))
    }
    if (req.destroyed && !req.readableEnded) return left()
    req.on('data', (chunk) => {
      if (over) return
      controller.enqueue(chunk)
      req.pause()
    })
    req.on('end', () => finish(() => controller.close()))
    req.on('error', left)
    req.on('close', left)
  }

  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (!listening) listen(controller)
        listening = true
        if (!over) req.resume()
      },
      cancel() {
        over = true
        req.resume()
      },
    },
    { highWaterMark: 0 },
  )
}
