/** Who is in which chat room, on whichever hub their stream is: the hub says who came and who left. */
import type { Presence } from '../../src/server/index.js'
import type { Room } from '../contract.js'
import type { App, Feature } from './feature.js'
import { sendJSON } from './json.js'
import { asRoom, roomFrom } from './rooms.js'
import type { Visitor } from './visitors.js'

export function presence(app: App): Feature {
  /** On how many hubs each visitor is. */
  const counts = new Map<Room, Map<Visitor, number>>()

  const names = (room: Room) => [...(counts.get(room)?.keys() ?? [])].map(({ name }) => name)

  function change({ channel, principal }: Presence<Visitor>, by: 1 | -1) {
    const room = roomOf(channel)
    if (!room) return
    const here = counts.get(room) ?? new Map<Visitor, number>()
    counts.set(room, here)
    const count = (here.get(principal) ?? 0) + by
    if (count > 0) here.set(principal, count)
    else here.delete(principal)
    void app.hub.to(`presence/${room}`).send('here', { names: names(room) })
  }

  return {
    declare(hub) {
      hub.channel('presence/:room', (_context, { room }) => asRoom(room) !== undefined)
    },
    came: (presence) => change(presence, 1),
    went: (presence) => change(presence, -1),

    routes: {
      'GET presence'({ response, rest }) {
        sendJSON(response, 200, names(roomFrom(rest)))
      },
    },
  }
}

/** Undefined for other channels than chats. */
function roomOf(channel: string): Room | undefined {
  const [kind, room] = channel.split('/')
  return kind === 'chat' ? asRoom(room) : undefined
}
