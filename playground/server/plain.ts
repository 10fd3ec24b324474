/** Streams without a hub: whoever asks for one gets it, or what a fault has prepared. */
import type { Exchange } from './feature.js'
import { answers } from './refusal.js'
import { type OpenStream, openStream } from './stream.js'
import { addStream, checkToken, lineOf } from './visitors.js'

/** Undefined where the attempt got another answer. Throws `Refused` for a token that has expired. */
export function openPlain({ request, response, path, visitor }: Exchange): OpenStream | undefined {
  const line = lineOf(visitor, path)
  checkToken(visitor, request.headers.authorization)
  const refusal = line.refusals.shift()
  if (refusal) {
    const { status, headers, text } = answers[refusal]
    response.writeHead(status, headers).end(text)
    return undefined
  }
  // The end of an answer to a POST would say that all was said.
  addStream(visitor, line, response, request.method === 'GET')
  return openStream(response)
}

/** '' where the request has none. */
export function lastEventId({ request }: Exchange): string {
  return request.headers['last-event-id']?.toString() ?? ''
}
