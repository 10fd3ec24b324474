/** Who visits: what a page says of itself, and what the server knows of it. */
import type { ServerResponse } from 'node:http'
import type { Role, VisitorStatus } from '../contract.js'
import { createLine, type Line } from './line.js'
import { Refused } from './refused.js'
import { wireOf } from './wire.js'

export interface Visitor {
  readonly id: string
  readonly name: string
  /** Never taken from the page's word. */
  role: Role
  /** Undefined as long as no token was asked for. */
  token: string | undefined
  readonly lines: Map<string, Line>
  /** Streams so far. */
  opened: number
  seen: number
}

export interface Visitors {
  /** Made on the first request. Throws `Refused` for a malformed id or name, and where there are too many. */
  get(id: unknown, name?: unknown): Visitor
}

const MAX_VISITORS = 200
const MAX_LINES = 8
const IDLE = 10 * 60_000

export function createVisitors(now: () => number = Date.now): Visitors {
  const visitors = new Map<string, Visitor>()

  const forget = () => {
    for (const [id, visitor] of visitors)
      if (statusOf(visitor).streams === 0 && now() - visitor.seen > IDLE) visitors.delete(id)
  }

  return {
    get(id, name = 'Somebody') {
      if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
        throw new Refused(400, 'The header x-client is malformed.')
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
        lines: new Map(),
        opened: 0,
        seen: now(),
      }
      visitors.set(id, made)
      return made
    },
  }
}

/** Throws `Refused` where the visitor has too many lines. */
export function lineOf({ lines }: Visitor, path: string): Line {
  const line = lines.get(path)
  if (line) return line
  if (lines.size >= MAX_LINES) throw new Refused(429, 'This page has too many streams.')
  const made = createLine()
  lines.set(path, made)
  return made
}

/** The answer is a stream from now on. `endless` as in `wireOf`. */
export function addStream(
  visitor: Visitor,
  { wires }: Line,
  response: ServerResponse,
  endless: boolean,
): void {
  const wire = wireOf(response, endless)
  visitor.opened += 1
  wires.add(wire)
  response.once('close', () => wires.delete(wire))
}

export function statusOf({ lines, opened }: Visitor): VisitorStatus {
  let streams = 0
  for (const { wires } of lines.values()) streams += wires.size
  return { streams, opened }
}

/** Throws `Refused` unless the token is the one that is asked for. */
export function checkToken({ token }: Visitor, authorization: string | null | undefined): void {
  if (token && authorization !== `Bearer ${token}`) throw new Refused(401, 'The token has expired.')
}
