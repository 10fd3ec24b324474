/** The smallest client that does all that docs/protocol.md asks of one, for tests that must know what it was sent. */
import { expect } from 'vitest'
import { type ControlBlock, compareIds, type HubMessage, isAfter } from '../../src/hub-protocol.js'
import { type Block, type Fetch, open, post, type Stream } from './hub-reader.js'

export interface Joined {
  /** What the next open names as its beginning; `undefined`: the connection's cursor covers it. */
  since: unknown
  /** Id of the newest message, or what a gap said instead. */
  cursor: string
  /** The revision that asked for it. */
  readonly rev: number
  confirmed: boolean
  /** The hub knows that it is wanted: what came before was for an earlier stay. */
  begun: boolean
  /** Payloads and 'gap', as they came. */
  readonly log: unknown[]
}

export class ProtocolClient {
  readonly channels = new Map<string, Joined>()
  readonly #hub: { fetch: Fetch }
  readonly #cid: string | undefined
  stream: Stream | undefined
  cursor = ''
  rev = 0
  /** Messages that came again on the same stream: there must be none. */
  repeated = 0
  #seen = new Set<string>()

  constructor(hub: { fetch: Fetch }, cid?: string) {
    this.#hub = hub
    this.#cid = cid
  }

  want(name: string, since: unknown = { last: 0 }) {
    const rev = ++this.rev
    this.channels.set(name, { since, cursor: '', rev, confirmed: false, begun: false, log: [] })
  }

  unwant(name: string) {
    this.rev++
    this.channels.delete(name)
    // Who comes back and names a beginning is sent it all again.
    for (const key of this.#seen) if (key.startsWith(`${name} `)) this.#seen.delete(key)
  }

  get #wanted() {
    return [...this.channels].map(([name, { since }]) => ({
      name,
      ...(since !== undefined && { since }),
    }))
  }

  async connect() {
    const last = this.cursor
    this.stream = await open(this.#hub, this.#wanted, {
      rev: this.rev,
      cid: this.#cid,
      ...(last && { last }),
    })
    this.#seen = new Set()
    for (const channel of this.channels.values()) {
      // Until its verdict the cursor may move without it.
      channel.since ??= last
      channel.confirmed = false
      channel.begun = true
    }
  }

  async change(): Promise<number> {
    const conn = await this.#conn()
    const answer = await this.#hub.fetch(post({ conn, rev: this.rev, channels: this.#wanted }))
    return answer.status
  }

  async #conn() {
    const stream = this.stream as Stream
    const hello = stream.blocks[0]
    return (JSON.parse((hello as Block).data) as { conn: string }).conn
  }

  /** Takes in at most so many blocks of what has come. */
  async read(most = Number.POSITIVE_INFINITY) {
    const { stream } = this
    if (!stream) return
    await stream.settled()
    for (let count = 0; count < most && stream.waiting > 0; count++) {
      const block = await stream.next()
      if (block) this.#take(block)
    }
  }

  async drop() {
    await this.stream?.close()
    this.stream = undefined
  }

  #take(block: Block) {
    const said = block.type === 'hub' ? (JSON.parse(block.data) as ControlBlock) : undefined
    if (block.named && this.cursor && said?.t !== 'gap')
      // Of another epoch, it is the first of a stream whose channels had nothing in the old one.
      expect(
        compareIds(block.id, this.cursor) ?? 0,
        `${block.id} after ${this.cursor}`,
      ).toBeGreaterThanOrEqual(0)
    if (block.named) this.cursor = block.id
    if (block.type === 'message') this.#message(JSON.parse(block.data), block)
    if (said?.t === 'gap')
      for (const name of said.channels) {
        const channel = this.channels.get(name)
        if (!channel?.begun) continue
        channel.log.push('gap')
        channel.cursor = said.i ?? block.id
        if (!channel.confirmed) channel.since = channel.cursor
      }
    if (said?.t === 'sub')
      for (const channel of this.channels.values())
        if (said.rev >= channel.rev) channel.begun = true
    if (said?.t === 'sub')
      for (const [name, verdict] of Object.entries(said.channels)) {
        const channel = this.channels.get(name)
        if (!channel || said.rev < channel.rev) continue
        expect(verdict).toBe('ok')
        channel.confirmed = true
        channel.since = undefined
      }
  }

  #message({ c, d, i }: HubMessage, block: Block) {
    const channel = this.channels.get(c)
    if (!channel?.begun) return
    const id = i ?? block.id
    if (this.#seen.has(`${c} ${id}`)) this.repeated++
    this.#seen.add(`${c} ${id}`)
    if (channel.cursor && !isAfter(id, channel.cursor)) return
    channel.cursor = id
    if (!channel.confirmed) channel.since = id
    channel.log.push(d)
  }
}
