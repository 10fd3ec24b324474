/** The client's end of the hub protocol: its blocks to the connection's instructions and the channels' messages. */
import type { Instruction, Protocol } from '../connection/protocol.js'
import type { StreamEvent } from '../event-stream/event.js'
import {
  CONTROL_TYPE,
  type ControlBlock,
  LEAST_BODY,
  readChannel,
  readControl,
  readMessage,
  type WantedChannel,
} from '../hub-protocol.js'
import type { Control } from './control.js'
import { atomic } from './feed.js'
import type { Membership, View } from './membership.js'
import type { Wanted } from './wanted.js'

export interface HubClientHost {
  /** The client's label. */
  id(): string
  readonly wanted: Wanted
  /** The channels that are wanted, by name. */
  readonly members: ReadonlyMap<string, Membership>
  readonly control: Control
  /** The connection's. */
  cursor(): string
  /** The payload as the listeners get it. Throws `MessageError`. */
  decode(channel: string, type: string, data: unknown, raw: string): unknown
  diagnose(type: string, details?: Record<string, unknown>): void
}

export interface HubClient {
  readonly protocol: Protocol
  /** What is wanted since this revision or longer, as the hub is told it. */
  channels(revision: number): WantedChannel[]
  /** The channel of a message that was too large, where its beginning says so. */
  blamed(start: string): Membership | undefined
  /** One delivery's events, each to its channel; returns the views that have something new. */
  route(next: () => StreamEvent | undefined): Set<View>
}

const SKIP: Instruction = { type: 'skip' }
const ready = (heartbeat: number): Instruction => ({ type: 'ready', heartbeat })

export function createHubClient(host: HubClientHost): HubClient {
  const { wanted, members, control } = host
  /** The connection id of the stream that said hello last. */
  let conn: string | undefined
  /** Of the newest request that opens a stream. */
  let asked = 0
  /** What comes is sent under this revision. */
  let heard = 0
  /** Bytes of a body that the hub takes. */
  let room = LEAST_BODY

  /** `last`: of a request that opens a stream. What does not fit into it is asked for as soon as the hub has said how much it takes. */
  function channels(revision: number, last?: string): WantedChannel[] {
    const told: WantedChannel[] = []
    // Less what is in a body beside its channels.
    let left = (last === undefined ? room : LEAST_BODY) - 1024
    for (const name of wanted.names) {
      const member = members.get(name)
      if (!member || member.revision > revision) continue
      const since = member.since()
      // From now on, which a stream with a cursor must be told; the first stream may have been given one.
      const start = since === false ? undefined : since || (conn && { last: 0 })
      const channel = start === undefined || start === last ? { name } : { name, since: start }
      left -= new TextEncoder().encode(JSON.stringify(channel)).length + 1
      if (left > 0) told.push(channel)
      else if (last === undefined) {
        member.uncover(host.cursor())
        atomic(() => member.decide('limit'))
      }
    }
    return told
  }

  /** Not one that came back since: what still comes is for who left. */
  function known(name: string | undefined): Membership | undefined {
    const member = members.get(name as string)
    return member && member.revision <= heard ? member : undefined
  }

  function obey(block: ControlBlock, id: string): Instruction {
    switch (block.t) {
      case 'hello':
        conn = block.conn
        room = block.body ?? LEAST_BODY
        heard = asked
        for (const member of members.values()) member.uncover(host.cursor())
        control.opened(conn, asked)
        return ready(block.heartbeat)
      case 'sub':
        heard = Math.max(heard, block.rev)
        for (const [name, verdict] of Object.entries(block.channels)) known(name)?.decide(verdict)
        return block.heartbeat === undefined ? SKIP : ready(block.heartbeat)
      case 'gap':
        for (const name of block.channels) known(name)?.lose(block.why, block.i ?? id)
        return SKIP
      case 'revoked':
        for (const name of block.channels) known(name)?.revoke(host.cursor())
        return SKIP
      case 'drain':
        return { type: 'ending', after: block.after }
    }
  }

  function offer({ data: raw, lastEventId }: StreamEvent): Membership | undefined {
    const message = readMessage(raw)
    const member = message && known(message.c)
    if (!message || !member) {
      host.diagnose(message ? 'unwanted-message' : 'bad-block', { raw })
      return undefined
    }
    const { c, e: type, d, i } = message
    const id = member.isVolatile ? '' : (i ?? lastEventId)
    if (!member.take(id)) return undefined
    try {
      const data = host.decode(c, type, d, raw)
      for (const view of member.views) view.offer({ type, data, id })
    } catch (error) {
      member.fail(error as never)
    }
    return member
  }

  return {
    protocol: {
      overlaps: true,
      request(cursor) {
        asked = wanted.revision
        wanted.left.clear()
        const told = channels(asked, cursor)
        // A part: the hub is still to be told the newest revision.
        if (told.length < wanted.names.size) asked--
        return {
          method: 'POST',
          body: {
            v: 1,
            cid: host.id(),
            rev: asked,
            channels: told,
            last: cursor || undefined,
            replaces: conn,
          },
        }
      },
      read(event) {
        if (event.type !== CONTROL_TYPE) return
        const block = readControl(event.data)
        if (block) return obey(block, event.lastEventId)
        host.diagnose('unknown-block', { raw: event.data })
        return SKIP
      },
    },
    channels,
    blamed: (start) => known(readChannel(start)),
    route(next) {
      const touched = new Set<View>()
      for (let event = next(); event; event = next())
        for (const view of offer(event)?.views ?? []) touched.add(view)
      return touched
    },
  }
}
