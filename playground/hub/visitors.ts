/** Who visits: what a page says of itself, and what the server knows of it. */
import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Role } from '../channels/contract.js'
import { Refused } from '../endpoint/refused.js'

export interface Visitor {
  readonly id: string
  readonly name: string
  /** Never taken from the page's word. */
  role: Role
  /** Undefined as long as no token was asked for. */
  token: string | undefined
  /** Answers of the hub that are under way. */
  readonly answers: Set<ServerResponse>
  /** Requests to the hub so far. */
  requests: number
  seen: number
}

const MAX_VISITORS = 200
const IDLE = 10 * 60_000

export interface Visitors {
  /** Made on the first request. Throws `Refused` for a malformed id or name, and where there are too many. */
  get(id: unknown, name: unknown): Visitor
}

export function createVisitors(now: () => number = Date.now): Visitors {
  const visitors = new Map<string, Visitor>()

  const forget = () => {
    for (const [id, { answers, seen }] of visitors)
      if (answers.size === 0 && now() - seen > IDLE) visitors.delete(id)
  }

  return {
    get(id, name) {
      if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
        throw new Refused(400, 'The header x-visitor is malformed.')
      if (typeof name !== 'string' || !/^[\w ]{1,40}$/.test(name))
        throw new Refused(400, 'The header x-name is malformed.')
      const known = visitors.get(id)
      if (known) {
        known.seen = now()
        return known
      }
      forget()
      if (visitors.size >= MAX_VISITORS) throw new Refused(503, 'Too many pages are open.')
      const made: Visitor = {
        id,
        name,
        role: 'crew',
        token: undefined,
        answers: new Set(),
        requests: 0,
        seen: now(),
      }
      visitors.set(id, made)
      return made
    },
  }
}

/** `answer` is that of a request to the hub. */
export function countRequest(visitor: Visitor, answer: ServerResponse): void {
  visitor.requests += 1
  visitor.answers.add(answer)
  answer.once('close', () => visitor.answers.delete(answer))
}

export function isStream(answer: ServerResponse): boolean {
  return (
    answer.headersSent && String(answer.getHeader('content-type')).startsWith('text/event-stream')
  )
}

/** Destroys the sockets: the network is gone. */
export function dropStreams({ answers }: Visitor): void {
  for (const answer of answers) if (isStream(answer)) answer.destroy()
}

export function expireToken(visitor: Visitor): void {
  visitor.token = randomUUID()
  dropStreams(visitor)
}
