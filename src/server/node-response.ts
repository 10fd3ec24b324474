/** A `Response` of the web's, written to Node's; and a hub's stream, written without one between. */
import { after } from '../abort.js'
import type { OpenBody } from './endpoint.js'
import type { SinkListener } from './sink.js'

/** What is used of a response; HTTP/1.1 and HTTP/2 have it in common. */
export interface NodeOutgoing {
  statusCode: number
  statusMessage: string
  readonly headersSent: boolean
  readonly writableLength: number
  readonly writableEnded: boolean
  readonly destroyed?: boolean
  /** HTTP/2 has it. */
  readonly stream?: { readonly destroyed: boolean; close(code: number): void } | undefined
  /** Middleware that compresses adds it: it keeps what it has until it is told. */
  readonly flush?: (() => void) | undefined
  getHeader(name: string): string | number | readonly string[] | undefined
  setHeader(name: string, value: string | readonly string[]): unknown
  flushHeaders(): void
  write(chunk: Uint8Array): boolean
  end(text?: string): unknown
  destroy(): unknown
  on(event: 'drain', listener: () => void): unknown
  off(event: 'drain', listener: () => void): unknown
  once(event: 'close', listener: () => void): unknown
}

/** One for all: to make one takes longer than the rest of a goodbye. */
export const LEFT = new DOMException('The reader left.', 'AbortError')

/** For a response that is not over yet. Made where something waits for it: a stream that is written to directly does not. */
function closingOf(res: NodeOutgoing): AbortSignal {
  const closed = new AbortController()
  res.once('close', () => closed.abort(LEFT))
  return closed.signal
}

export function isOver(res: NodeOutgoing): boolean {
  return res.destroyed === true || res.stream?.destroyed === true || res.writableEnded
}

/** An answer in a few words. */
export function sendText(res: NodeOutgoing, status: number, text: string): void {
  res.statusCode = status
  res.setHeader('content-type', 'text/plain; charset=utf-8')
  res.end(text)
}

/** What HTTP/2 has no use for (RFC 9113, section 8.2.2). */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]

/** Beside the headers that others have set; not sent yet. */
export function setHead(res: NodeOutgoing, { status, statusText, headers }: Response): void {
  res.statusCode = status
  if (statusText && !res.stream) res.statusMessage = statusText
  for (const [name, value] of headers)
    if (name !== 'set-cookie' && !(res.stream && OF_CONNECTION.includes(name)))
      res.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length === 0) return
  const others = [res.getHeader('set-cookie') ?? []].flat().map(String)
  res.setHeader('set-cookie', [...others, ...cookies])
}

/** Writes a body as fast as it is taken, and lets go of it when the reader leaves. Rejects as the body does. */
export async function writeBody(
  res: NodeOutgoing,
  body: ReadableStream<Uint8Array>,
): Promise<void> {
  const closed = closingOf(res)
  res.flushHeaders()
  const reader = body.getReader()
  const leave = () => {
    reader.cancel(closed.reason).catch(() => {})
  }
  closed.addEventListener('abort', leave, { once: true })
  for (;;) {
    const { done, value } = await reader.read()
    if (closed.aborted) return
    if (done) return end(res)
    if (!write(res, value)) await room(res, closed)
  }
}

/** Resolves when there is room, or nobody to make some. */
function room(res: NodeOutgoing, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      res.off('drain', done)
      closed.removeEventListener('abort', done)
      resolve()
    }
    res.on('drain', done)
    closed.addEventListener('abort', done)
    if (closed.aborted) done()
  })
}

function write(res: NodeOutgoing, chunk: Uint8Array): boolean {
  const hasRoom = res.write(chunk)
  res.flush?.()
  return hasRoom
}

/** Milliseconds to read what was written before the end. */
const LINGER = 10_000

/** One who does not read would hold the connection for as long as it likes. */
function end(res: NodeOutgoing): void {
  const closed = closingOf(res)
  res.end()
  after(LINGER, closed, () => cut(res))
}

/** CANCEL (RFC 9113, section 7). */
const CANCEL = 8

/** Drops what was not read. The reader sees that this is no end. */
export function cut(res: NodeOutgoing): void {
  if (res.stream) res.stream.close(CANCEL)
  else res.destroy()
}

/** A hub's stream that goes to the response directly. */
export interface DirectBody {
  readonly open: OpenBody
  isOpen(): boolean
  /** The head is set. */
  start(): void
  /** There is nobody to write to. */
  left(): void
}

export function createDirectBody(res: NodeOutgoing): DirectBody {
  let listener: SinkListener | undefined
  /** What was written before the head was set. */
  let early: Uint8Array[] | undefined = []
  let ending: 'end' | 'cut' | 'left' | undefined

  function finish() {
    if (early || isOver(res)) return
    if (ending === 'end') end(res)
    if (ending === 'cut') cut(res)
  }

  const sink = {
    unread() {
      if (ending) return 0
      return early?.reduce((size, { length }) => size + length, 0) ?? res.writableLength
    },
    write(chunk: Uint8Array) {
      if (ending) return
      if (early) early.push(chunk)
      else if (!isOver(res)) write(res, chunk)
    },
    end() {
      ending ??= 'end'
      finish()
    },
    cut() {
      ending ??= 'cut'
      finish()
    },
  }

  return {
    open(given) {
      listener = given
      return { sink, body: null }
    },
    isOpen: () => listener !== undefined,
    start() {
      res.on('drain', () => listener?.drained())
      for (const chunk of early ?? []) write(res, chunk)
      early = undefined
      finish()
    },
    left() {
      if (ending) return
      ending = 'left'
      listener?.left()
    },
  }
}
