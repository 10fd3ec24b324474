/** The hub of the page "Channels": who may join what, and who is where. */
import type { ServerResponse } from 'node:http'
import { createHub, type Hub, type HubContext } from '../../src/server/index.js'
import { type AppChannels, type Role, type Room, roles } from '../channels/contract.js'
import { Refused } from '../endpoint/refused.js'
import type { ForgetfulLog } from './log.js'
import { asRoom } from './rooms.js'
import { countRequest, type Visitor, type Visitors } from './visitors.js'

export type AppHub = Hub<AppChannels, HubContext<Visitor>, ServerResponse>

export interface AppHubOptions {
  readonly log: ForgetfulLog
  readonly visitors: Visitors
  readonly came: (room: Room, visitor: Visitor) => void
  readonly went: (room: Room, visitor: Visitor) => void
}

export function createAppHub({ log, visitors, came, went }: AppHubOptions): AppHub {
  const hub: AppHub = createHub<AppChannels, Visitor, HubContext<Visitor>, ServerResponse>({
    identify({ headers }, answer) {
      try {
        const visitor = visitors.get(headers.get('x-visitor'), headers.get('x-name'))
        countRequest(visitor, answer)
        if (visitor.token && headers.get('authorization') !== `Bearer ${visitor.token}`)
          throw new Refused(401, 'The token has expired.')
        return visitor
      } catch (error) {
        if (error instanceof Refused) return new Response(error.message, { status: error.status })
        throw error
      }
    },
    log,
    // Short, so that a stream that went silent is found out while somebody looks.
    heartbeat: 2000,
    onError(error) {
      if (!(error instanceof Refused)) console.error(error)
    },
    onJoin({ channel, principal }) {
      const room = roomOf(channel)
      if (room) came(room, principal)
    },
    onLeave({ channel, principal }) {
      const room = roomOf(channel)
      if (room) went(room, principal)
    },
  })

  hub.channel('chat/:room', (_context, { room }) => asRoom(room) !== undefined)
  hub.channel('presence/:room', (_context, { room }) => asRoom(room) !== undefined)
  hub.channel('notifications')
  hub.channel('notifications/:role', ({ principal }, { role }) => hears(principal.role, role))
  // A reading that is a second old is of no use: nothing to remember, nothing to replay.
  hub.channel('dashboard/metrics', { replay: false })
  // The id of an upload begins with that of the visitor, so that nobody watches another's.
  hub.channel('upload/:id', ({ principal }, { id }) => id.startsWith(`${principal.id}.`))
  return hub
}

function hears(role: Role, wanted: string): boolean {
  return (roles as readonly string[]).slice(0, roles.indexOf(role) + 1).includes(wanted)
}

/** The room of a chat; undefined for other channels. */
function roomOf(channel: string): Room | undefined {
  const [kind, room] = channel.split('/')
  return kind === 'chat' ? asRoom(room) : undefined
}
