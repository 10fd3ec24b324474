/** Requests to the hub: opens streams, changes their channels, answers preflights, refuses. */
import type { ControlRequest, OpenRequest } from '../hub-protocol.js'
import { type Admission, ForeignRefusal, type Visitor } from './admission.js'
import { type Answer, ask, withinLimit } from './authorize.js'
import type { Connections } from './connections.js'
import type { Cors } from './cors.js'
import type { Journal } from './journal.js'
import type { Identity } from './member.js'
import type { Limits, Times } from './options.js'
import type { Patterns } from './pattern.js'
import { later, Refusal } from './refusal.js'
import { acceptsStream, readGet, readPost } from './request-body.js'
import type { ChannelRule } from './rule.js'
import { createStreamSink, type Sink, type SinkListener } from './sink.js'

/** Makes the place that a session writes to, and the body of its response. */
export type OpenBody = (listener: SinkListener) => {
  readonly sink: Sink
  readonly body: ReadableStream<Uint8Array> | null
}

/** A stream that was admitted. */
export interface Opening {
  readonly request: OpenRequest
  /** Some runtimes abort the request when the reader leaves, some cancel the body, some do both. */
  readonly signal: AbortSignal
  readonly native: boolean
  readonly got: boolean
  readonly visitor: Visitor
  readonly key: string | undefined
  readonly granted: Answer | undefined
}

/** Whoever waits for the rule of the only channel, before there is a stream. */
export interface Candidate {
  readonly name: string
  readonly identity: Identity
  isRevoked: boolean
}

export interface EndpointParts {
  readonly cors: Cors
  readonly admission: Admission
  readonly connections: Connections
  readonly candidates: Set<Candidate>
  readonly patterns: Patterns<ChannelRule>
  readonly journal: Journal
  readonly limits: Limits
  readonly times: Times
  /** No new streams: seconds until another try. */
  readonly closedFor: () => number | undefined
  readonly open: (opening: Opening, listen: OpenBody) => { body: ReadableStream<Uint8Array> | null }
  readonly refused: (status: number, why: string) => void
  readonly onError: (error: unknown) => void
}

export type Endpoint = (request: Request, given: unknown, openBody?: OpenBody) => Promise<Response>

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'private, no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
}

/** Never rejects. */
export function createEndpoint(parts: EndpointParts): Endpoint {
  const { cors, admission, connections, candidates, patterns, limits, onError } = parts

  return async (request, given, openBody = createStreamSink) => {
    let headers: Readonly<Record<string, string>> = {}
    try {
      const allowed = cors.check(request)
      if (!allowed)
        throw new Refusal(
          403,
          'Pages of this origin may not use this hub. List it in the hub\'s option "cors".',
        )
      headers = allowed
      if (request.method === 'OPTIONS') return cors.preflight(request, headers)
      if (request.method === 'GET') return await openByGet(request, given, openBody, headers)
      if (request.method === 'POST') {
        const read = await readPost(request, limits.bodySize)
        if ('conn' in read) return await control(request, given, read, headers)
        return await open(request, given, read, { openBody, headers, native: false })
      }
      throw new Refusal(405, 'Use GET or POST.', { allow: 'GET, POST, OPTIONS' })
    } catch (thrown) {
      // Who breaks off is told nothing, and it is nobody's fault.
      return refuse(request.signal.aborted ? new Refusal(400, 'The reader left.') : thrown, headers)
    }
  }

  function refuse(thrown: unknown, headers: Readonly<Record<string, string>>): Response {
    if (thrown instanceof ForeignRefusal) {
      const answer = foreignAnswer(thrown.response, headers)
      parts.refused(answer.status, 'identify')
      return answer
    }
    const known = thrown instanceof Refusal
    if (!known) onError(thrown)
    const refusal = known ? thrown : new Refusal(500, 'The server failed to answer.')
    parts.refused(refusal.status, refusal.message)
    return refusal.response(headers)
  }

  /** A copy, since an application may keep one for everybody. */
  function foreignAnswer(given: Response, headers: Readonly<Record<string, string>>): Response {
    try {
      const { body, status, statusText } = given.clone()
      const merged = new Headers(given.headers)
      for (const [name, value] of Object.entries(headers)) merged.set(name, value)
      return new Response(body, { status, statusText, headers: merged })
    } catch (error) {
      onError(error)
      return new Refusal(500, 'The server failed to answer.').response(headers)
    }
  }

  interface How {
    readonly openBody: OpenBody
    readonly headers: Readonly<Record<string, string>>
    readonly native: boolean
  }

  function openByGet(
    request: Request,
    given: unknown,
    openBody: OpenBody,
    headers: How['headers'],
  ) {
    checkOpen(request)
    const read = readGet(request)
    return open(request, given, read, { openBody, headers, native: read.native })
  }

  function checkOpen(request: Request) {
    if (!acceptsStream(request))
      throw new Refusal(406, 'This is an event stream: accept "text/event-stream".')
    const closed = parts.closedFor()
    if (closed !== undefined) throw later(503, 'This server is going away.', closed)
  }

  async function open(request: Request, given: unknown, wanted: OpenRequest, how: How) {
    checkOpen(request)
    const visitor = await admission.identify(request, given)
    await ready()
    const granted = how.native ? await grantNative(request, wanted, visitor) : undefined
    // Nothing is awaited from here on, so that no limit is passed by two at once.
    checkOpen(request)
    const { replaced, key } = admission.admit(request, given, visitor, wanted)
    if (request.signal.aborted) throw new Refusal(400, 'The reader left.')
    // Before the session, which a header that cannot be sent must not leave behind.
    const headers = streamHeaders(wanted, how.headers)
    const opening: Opening = {
      request: wanted,
      signal: request.signal,
      native: how.native,
      got: request.method === 'GET',
      visitor,
      key,
      granted,
    }
    const { body } = parts.open(opening, how.openBody)
    replaced?.session.end('replaced')
    return new Response(body, { headers })
  }

  async function ready() {
    try {
      await parts.journal.ready()
    } catch (error) {
      onError(error)
      throw later(503, 'The log of this server cannot be read.', 5)
    }
  }

  /** Without blocks of the hub's own a refusal is the response's. */
  async function grantNative(
    request: Request,
    { channels, cid }: OpenRequest,
    { context, id }: Visitor,
  ) {
    const name = channels[0]?.name ?? ''
    const match = patterns.find(name)
    if (!match) throw new Refusal(404, `There is no channel ${JSON.stringify(name)}.`)
    const identity = { conn: crypto.randomUUID(), cid, principal: id }
    const candidate: Candidate = { name, identity, isRevoked: false }
    candidates.add(candidate)
    try {
      const asked = ask(match.rule.authorize, context, match.params, onError)
      const [answer] = await withinLimit([asked], parts.times.authorizeTimeout, request.signal)
      if (!answer) throw later(503, 'The rule of this channel did not answer in time.', 5)
      if (!answer.ok || candidate.isRevoked) throw new Refusal(403, 'This channel was refused.')
      return answer
    } finally {
      candidates.delete(candidate)
    }
  }

  function streamHeaders({ channels }: OpenRequest, cors: How['headers']): Headers {
    const headers = new Headers()
    for (const { name } of channels)
      for (const [key, value] of new Headers(patterns.find(name)?.rule.headers))
        headers.set(key, value)
    for (const [key, value] of Object.entries({ ...cors, ...STREAM_HEADERS }))
      headers.set(key, value)
    return headers
  }

  async function control(
    request: Request,
    given: unknown,
    { conn, rev, channels }: ControlRequest,
    headers: How['headers'],
  ) {
    const gone = () => new Refusal(410, 'There is no such connection. Open a stream.')
    if (!connections.get(conn)) throw gone()
    const { id, context } = await admission.identify(request, given)
    const connection = connections.get(conn)
    if (!connection || connection.session.identity.principal !== id) throw gone()
    if (!connection.mayChange()) throw later(429, 'Too many changes of channels at once.', 1)
    connection.membership.want({ rev, channels, context })
    return Response.json({ rev: connection.membership.rev() }, { status: 202, headers })
  }
}
