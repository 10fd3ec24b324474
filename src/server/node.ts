/**
 * A hub behind Node's `(req, res)`: `node:http`, `node:http2`, Express, Fastify, Koa, Vite. Any other web-standard handler fits as well.
 *
 * @module tidewire/node
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { OpenBody } from './endpoint.js'
import { endpointOf } from './hub.js'
import { isFollowed, requestOf, urlOf } from './node-request.js'
import {
  createDirectBody,
  cut,
  isOver,
  LEFT,
  sendText,
  setHead,
  writeBody,
} from './node-response.js'

/** A request of `node:http` or `node:http2`, as frameworks on top of them have it. */
export type NodeRequest = IncomingMessage | Http2ServerRequest
/** A response of `node:http` or `node:http2`. */
export type NodeResponse = ServerResponse | Http2ServerResponse

type Next = (error?: unknown) => void

/** A listener of a server, and a middleware that takes `next`. */
export type NodeHandler<Req extends NodeRequest = NodeRequest> = (
  req: Req,
  res: NodeResponse,
  next?: Next,
) => void

type Respond<G> = (request: Request, given: G) => Response | PromiseLike<Response>

/**
 * Writes to `res` directly, without a web stream for each connection, where `hub` was made by `createHub`. Errors go to `next` where there is one, else to the
 * console, with 500 as the answer. The request's URL has the path before any router cut it, and the host that the client claims.
 */
export function toNodeHandler(hub: {
  readonly fetch: (request: Request) => Response | PromiseLike<Response>
}): NodeHandler
/** With a hub that takes a second argument: made here from `req`. */
export function toNodeHandler<G, Req extends NodeRequest = IncomingMessage>(
  hub: { readonly fetch: Respond<G> },
  given: (req: Req, res: ServerResponse) => G,
): NodeHandler<Req>
export function toNodeHandler<G, Req extends NodeRequest>(
  hub: { readonly fetch: Respond<G> },
  given?: (req: Req, res: ServerResponse) => G,
): NodeHandler<Req> {
  const endpoint = endpointOf(hub)
  return (req, some, next) => {
    // What is used of the two is the same, but not the overloads of their methods.
    const res = some as ServerResponse
    const fetch = (request: Request, openBody: OpenBody) => {
      const more = given?.(req, res) as G
      return endpoint ? endpoint(request, more, openBody) : hub.fetch(request, more)
    }
    const run = () => void answer(req as IncomingMessage, res, next, fetch)
    if (isOver(res)) return
    // Behind another response of its connection: that a reader left is not told before its turn.
    if (res.socket === null) res.once('socket', run)
    else run()
  }
}

/** Requests under way. One that nobody holds is collected, and copies of it never hear that the reader left. */
const underWay = new Set<Request>()

async function answer(
  req: IncomingMessage,
  res: ServerResponse,
  next: Next | undefined,
  fetch: (request: Request, openBody: OpenBody) => Response | PromiseLike<Response>,
): Promise<void> {
  const left = new AbortController()
  let isClosed = false
  const direct = createDirectBody(res)
  let request: Request | undefined
  // Of the response: a request is closed as soon as its body was read.
  res.once('close', () => {
    isClosed = true
    if (request) underWay.delete(request)
    if (!res.writableFinished) left.abort(LEFT)
    direct.left()
  })
  // That a reader left while it was written to is told by 'close'.
  res.on('error', () => {})

  try {
    const url = urlOf(req)
    if (!url) return sendText(res, 400, 'The Host header or the target is malformed.')
    // The methods that the web forbids, of which no request can be made.
    if (/^(CONNECT|TRACE|TRACK)$/.test(req.method ?? ''))
      return sendText(res, 405, `${req.method} is not answered here.`)
    request = requestOf(req, url, left.signal)
    underWay.add(request)
    const response = await fetch(request, direct.open)
    const { body } = response
    if (isOver(res)) return discard(body)
    setHead(res, response)
    if (direct.isOpen() && !body) {
      if (!isFollowed(request)) {
        underWay.delete(request)
        request = undefined
      }
      return direct.start()
    }
    if (body && req.method !== 'HEAD') return await writeBody(res, body)
    discard(body)
    res.end()
  } catch (error) {
    direct.left()
    if (!isClosed) fail(res, error, next)
    else if (!(error instanceof Error && error.name === 'AbortError')) console.error(error)
  }
}

function fail(res: ServerResponse, error: unknown, next: Next | undefined) {
  const isBegun = res.headersSent
  if (isBegun) cut(res)
  if (next) return next(error)
  console.error(error)
  if (!isBegun) sendText(res, 500, 'Internal Server Error')
}

/** Not awaited: some streams never say that they are cancelled. */
function discard(body: ReadableStream<Uint8Array> | null) {
  body?.cancel().catch(() => {})
}
