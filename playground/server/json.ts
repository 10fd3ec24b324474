/** JSON into Node responses and, with limits, out of Node requests. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refused } from './refused.js'

const LARGEST_BODY = 4096

/** The object in the body. Throws `Refused` for anything else. */
export async function readJSON(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = []
  let size = 0
  // Destroying the request would take the answer along.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) throw new Refused(413, `The body is over ${LARGEST_BODY} bytes.`)
    chunks.push(chunk)
  }
  let body: unknown
  try {
    body = JSON.parse(Buffer.concat(chunks).toString())
  } catch {
    throw new Refused(400, 'The body is not JSON.')
  }
  if (typeof body !== 'object' || body === null)
    throw new Refused(400, 'The body is not an object.')
  return body as Record<string, unknown>
}

export function sendJSON(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent || response.destroyed) return
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
