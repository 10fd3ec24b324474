/** The pages that are open in browsers: their streams, the token they must show, and the faults they asked for. */
import { randomUUID } from 'node:crypto'
import type { Fault, PageStatus } from '../contract.js'
import { Refused } from './refused.js'
import type { OpenStream } from './stream.js'

/** What the next attempt gets in place of a stream. */
export type Refusal = 'busy' | 'portal' | 'finish'

export interface Page {
  /** Undefined as long as no token was asked for. */
  token: string | undefined
  readonly lines: Map<string, Line>
  opened: number
  seen: number
}

/** One address at which a page opens streams: what is open, and how the next attempts are refused. */
interface Line {
  readonly streams: Set<OpenStream>
  refusals: Refusal[]
}

export interface Pages {
  /** The page with this id, made on its first request. Throws `Refused` for a malformed id, and where there are too many pages. */
  get(id: unknown): Page
}

const MAX_PAGES = 200
const MAX_LINES = 8
const IDLE = 10 * 60_000

export function createPages(now: () => number = Date.now): Pages {
  const pages = new Map<string, Page>()

  const forget = () => {
    for (const [id, page] of pages) {
      if (count(page) === 0 && now() - page.seen > IDLE) pages.delete(id)
    }
  }

  return {
    get(id) {
      if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id))
        throw new Refused(400, 'The header x-client is malformed.')
      const page = pages.get(id)
      if (page) {
        page.seen = now()
        return page
      }
      forget()
      if (pages.size >= MAX_PAGES) throw new Refused(503, 'Too many pages are open.')
      const made: Page = { token: undefined, lines: new Map(), opened: 0, seen: now() }
      pages.set(id, made)
      return made
    },
  }
}

/** Throws `Refused` where the page has too many lines. */
export function lineOf(page: Page, path: string): Line {
  const line = page.lines.get(path)
  if (line) return line
  if (page.lines.size >= MAX_LINES) throw new Refused(429, 'This page has too many streams.')
  const made: Line = { streams: new Set(), refusals: [] }
  page.lines.set(path, made)
  return made
}

export function addStream(page: Page, line: Line, stream: OpenStream): void {
  page.opened += 1
  line.streams.add(stream)
  stream.closed.addEventListener('abort', () => line.streams.delete(stream))
}

export function statusOf(page: Page): PageStatus {
  return { streams: count(page), opened: page.opened }
}

function count(page: Page): number {
  let streams = 0
  for (const line of page.lines.values()) streams += line.streams.size
  return streams
}

/** Breaks every stream of the page, and of nobody else. */
export function breakPage(page: Page, fault: Fault): void {
  if (fault === 'expire') page.token = randomUUID()
  for (const line of page.lines.values()) {
    line.refusals = [...(refusals[fault] ?? [])]
    for (const stream of line.streams) breakStream(stream, fault)
  }
}

const refusals: { readonly [F in Fault]?: readonly Refusal[] } = {
  busy: ['busy', 'busy'],
  portal: ['portal'],
  finish: ['finish'],
}

function breakStream(stream: OpenStream, fault: Fault): void {
  if (fault === 'drop') stream.drop()
  else if (fault === 'cut') stream.cut()
  else if (fault === 'stall') stream.stall()
  else stream.leave()
}
