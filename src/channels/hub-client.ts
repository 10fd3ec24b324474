/** The client's end of the hub protocol: its blocks to the connection's instructions and the channels' messages. */
import type { Instruction, Protocol } from '../connection/protocol.js'
import type { StreamEvent } from '../event-stream/event.js'
import {
  CONTROL_TYPE,
  type ControlBlock,
  readControl,
  readMessage,
  type WantedChannel,
} from '../hub-protocol.js'
import type { Control } from './control.js'
import type { Membership, View } from './membership.js'
import type { Wanted } from './wanted.js'

export interface HubClientHost {
  /** The client's label. */
  id(): string
  readonly wanted: Wanted
  /** The channels that are wanted, by name. */
  readonly members: ReadonlyMap<string, Membership>
  readonly control: Control
  /** The payload as the listeners get it. Throws `MessageError`. */
  decode(channel: string, type: string, data: unknown, raw: string): unknown
  diagnose(type: string, details?: Record<string, unknown>): void
}

export interface HubClient {
  readonly protocol: Protocol
  /** The wanted set as the hub is told it. */
  channels(): WantedChannel[]
  /** One delivery's events, each to its channel; returns the views that have something new. */
  route(next: () => StreamEvent | undefined): Set<View>
}

const SKIP: Instruction = { type: 'skip' }
const DELIVER: Instruction = { type: 'deliver' }

export function createHubClient(host: HubClientHost): HubClient {
  const { wanted, members, control } = host
  /** The connection id of the stream that said hello last. */
  let conn: string | undefined
  /** Of the newest request. */
  let revision = 0

  function channels(): WantedChannel[] {
    return [...wanted.names].map((name) => {
      const since = members.get(name)?.since()
      return since === undefined ? { name } : { name, since }
    })
  }

  function obey(block: ControlBlock): Instruction {
    switch (block.t) {
      case 'hello':
        conn = block.conn
        control.opened(conn, revision)
        return { type: 'ready', heartbeat: block.heartbeat }
      case 'sub':
        for (const [name, verdict] of Object.entries(block.channels))
          members.get(name)?.decide(verdict)
        return block.heartbeat === undefined ? SKIP : { type: 'ready', heartbeat: block.heartbeat }
      case 'gap':
        for (const name of block.channels) members.get(name)?.lose(block.why)
        return SKIP
      case 'revoked':
        for (const name of block.channels) members.get(name)?.revoke()
        return SKIP
      case 'drain':
        return { type: 'ending', after: block.after }
    }
  }

  function offer({ data: raw, lastEventId }: StreamEvent): Membership | undefined {
    const message = readMessage(raw)
    const member = message && members.get(message.c)
    if (!message || !member) {
      host.diagnose(message ? 'unwanted-message' : 'bad-block', { raw })
      return undefined
    }
    const { c, e: type, d, i } = message
    const id = member.verdict === 'volatile' ? '' : (i ?? lastEventId)
    try {
      const isNews = member.take({ type, data: host.decode(c, type, d, raw), id })
      return isNews ? member : undefined
    } catch (error) {
      member.fail(error as never)
      return member
    }
  }

  return {
    protocol: {
      overlaps: true,
      request(cursor) {
        revision = wanted.revision
        return {
          method: 'POST',
          body: {
            v: 1,
            cid: host.id(),
            rev: revision,
            channels: channels(),
            last: cursor || undefined,
            replaces: conn,
          },
        }
      },
      read(event) {
        if (event.type !== CONTROL_TYPE) return DELIVER
        const block = readControl(event.data)
        if (block) return obey(block)
        host.diagnose('unknown-block', { raw: event.data })
        return SKIP
      },
    },
    channels,
    route(next) {
      const touched = new Set<View>()
      for (let event = next(); event; event = next())
        for (const view of offer(event)?.views ?? []) touched.add(view)
      return touched
    },
  }
}
