/** A reader of a hub's streams with nothing but requests and the parser: what any client would see. */

import { createParser } from '../../src/event-stream/parser.js'
import type { ControlBlock, HubMessage } from '../../src/hub-protocol.js'

/** A block as it came: an event, an id-only block (`type` 'id') or a comment (`type` 'comment'). */
export interface Block {
  readonly type: string
  readonly data: string
  /** In force after it. */
  readonly id: string
  /** It had an `id:` line. */
  readonly named: boolean
}

export interface Stream {
  readonly response: Response
  /** Everything that came so far. */
  readonly blocks: readonly Block[]
  readonly lastEventId: string
  /** Blocks that `next` would give at once. */
  readonly waiting: number
  readonly ended: Promise<'end' | 'error'>
  /** The next block, or `undefined` at the end. */
  next(): Promise<Block | undefined>
  /** The next block of the hub's own of this kind; what comes before it is skipped. */
  control<T extends ControlBlock['t']>(
    t: T,
  ): Promise<Extract<ControlBlock, { t: T }> & { id: string }>
  /** The next message; what comes before it is skipped. */
  message(): Promise<HubMessage & { id: string }>
  /** Resolves when everything that is on its way has come. */
  settled(): Promise<void>
  readonly conn: string
  close(): Promise<void>
}

export type Fetch = (request: Request) => Promise<Response>

export const URL_OF_HUB = 'http://hub.test/_sse'

export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request(URL_OF_HUB, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
  })
}

export function get(query: string, headers: Record<string, string> = {}): Request {
  return new Request(`${URL_OF_HUB}?${query}`, {
    headers: { accept: 'text/event-stream', ...headers },
  })
}

/** `channels` may be names. */
export function openBody(
  channels: readonly (string | { name: string; since?: unknown })[],
  more: Record<string, unknown> = {},
) {
  const wanted = channels.map((channel) =>
    typeof channel === 'string' ? { name: channel } : channel,
  )
  return { v: 1, rev: 1, channels: wanted, ...more }
}

/** Opens a stream; throws the answer's text where it is none. */
export async function open(
  hub: { fetch: Fetch },
  channels: Parameters<typeof openBody>[0],
  more: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Promise<Stream> {
  return read(await hub.fetch(post(openBody(channels, more), headers)))
}

export async function openGet(
  hub: { fetch: Fetch },
  query: string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  return read(await hub.fetch(get(query, headers)))
}

export async function read(response: Response): Promise<Stream> {
  if (response.status !== 200 || !response.body)
    throw new Error(`${response.status}: ${await response.text()}`)
  const blocks: Block[] = []
  let taken = 0
  let over: 'end' | 'error' | undefined
  let wake = () => {}
  let lastEventId = ''
  let conn = ''

  let dispatched: { type: string; data: string } | undefined
  const arrived = (block: Block) => {
    blocks.push(block)
    wake()
  }
  const parser = createParser({
    onEvent(event) {
      dispatched = event
      const named = event.lastEventId !== lastEventId
      arrived({ type: event.type, data: event.data, id: event.lastEventId, named })
    },
    onId(id) {
      lastEventId = id
      const last = blocks.at(-1)
      if (dispatched && last) blocks[blocks.length - 1] = { ...last, named: true }
      else arrived({ type: 'id', data: '', id, named: true })
      dispatched = undefined
    },
    onComment: (text) => arrived({ type: 'comment', data: text, id: lastEventId, named: false }),
  })
  const reader = response.body.getReader()
  const pump = async (): Promise<'end' | 'error'> => {
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return 'end'
        // One event at a time, so that an id belongs to the event before it.
        dispatched = undefined
        for (const block of cut(value)) {
          dispatched = undefined
          parser.feed(block)
        }
      }
    } catch {
      return 'error'
    }
  }
  const ended = pump().then((how) => {
    over = how
    wake()
    return how
  })

  const stream: Stream = {
    response,
    blocks,
    get lastEventId() {
      return lastEventId
    },
    get waiting() {
      return blocks.length - taken
    },
    ended,
    get conn() {
      return conn
    },
    async next() {
      while (taken >= blocks.length) {
        if (over) return undefined
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const block = blocks[taken++] as Block
      const said = block.type === 'hub' ? (JSON.parse(block.data) as ControlBlock) : undefined
      if (said?.t === 'hello') conn = said.conn
      return block
    },
    async control(t) {
      for (;;) {
        const block = await stream.next()
        if (!block) throw new Error(`The stream ended before a "${t}" block.`)
        if (block.type !== 'hub') continue
        const said = JSON.parse(block.data)
        if (said.t === t) return { ...said, id: block.id }
      }
    },
    async message() {
      for (;;) {
        const block = await stream.next()
        if (!block) throw new Error('The stream ended before a message.')
        if (block.type === 'message') return { ...JSON.parse(block.data), id: block.id }
      }
    },
    async settled() {
      for (let seen = -1; seen !== blocks.length; ) {
        seen = blocks.length
        for (let turn = 0; turn < 100; turn++) await Promise.resolve()
      }
    },
    close: () => reader.cancel(),
  }
  return stream
}

/** Chunks hold whole blocks: the hub writes nothing else. */
function* cut(chunk: Uint8Array): Iterable<Uint8Array> {
  let start = 0
  for (let at = 1; at < chunk.length; at++)
    if (chunk[at] === 10 && chunk[at - 1] === 10) {
      yield chunk.subarray(start, at + 1)
      start = at + 1
    }
  if (start < chunk.length) throw new Error('A chunk ended within a block.')
}
