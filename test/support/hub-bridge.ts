/** A hub behind a real HTTP server: requests and answers handed over as they are. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { bodyOf } from './http-server.js'

type Fetching = { fetch(request: Request): Promise<Response> }

/** Ends what the client gives up; a client that does not read is waited for. */
export function bridge(hub: () => Fetching) {
  return async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = 'GET', url = '/', headers } = incoming
    const left = new AbortController()
    response.on('close', () => left.abort())
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: Object.entries(headers).map(([name, value]) => [name, String(value)]),
      body: method === 'POST' ? await bodyOf(incoming) : null,
      signal: left.signal,
    })
    const answer = await hub().fetch(request)
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.flushHeaders()
    try {
      for await (const chunk of answer.body ?? [])
        if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve))
    } catch {
      response.destroy()
    }
    response.end()
  }
}
