/** A real HTTP server on a free port of this machine, which counts what is open. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface HttpServer {
  /** Without a slash at the end. */
  readonly url: string
  /** Responses under way: neither ended by the server nor given up by the client. */
  readonly open: number
  /** The heads of all requests so far. */
  readonly requests: readonly IncomingMessage[]
  /** Resolves as soon as no response is under way. */
  quiet(): Promise<void>
  /** Cuts what is open and frees the port. */
  close(): Promise<void>
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** On a free port, unless one is given. What a handler throws becomes a 500. Close it where the test ends: `onTestFinished(server.close)`. */
export async function serve(handler: Handler, port = 0): Promise<HttpServer> {
  const requests: IncomingMessage[] = []
  const open = new Set<ServerResponse>()
  let waiting: (() => void)[] = []

  const server = createServer(async (request, response) => {
    requests.push(request)
    open.add(response)
    response.on('close', () => {
      open.delete(response)
      if (open.size > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    })
    try {
      await handler(request, response)
    } catch (thrown) {
      if (!response.headersSent) response.writeHead(500)
      response.end(String(thrown))
    }
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return open.size
    },
    requests,
    quiet: () =>
      open.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve)),
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** The headers of an event stream, sent at once. */
export function openStream(response: ServerResponse, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers })
  response.flushHeaders()
}

/** The whole body of a request as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}
