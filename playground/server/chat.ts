/** Chat rooms: anybody may join. What is said goes into the history first, then to the room. */
import type { App, Feature } from './feature.js'
import { readJSON, sendJSON } from './json.js'
import { Refused } from './refused.js'
import { asRoom, type Rooms, roomFrom } from './rooms.js'

export function chat(app: App, rooms: Rooms): Feature {
  return {
    declare(hub) {
      hub.channel('chat/:room', (_context, { room }) => asRoom(room) !== undefined)
    },

    routes: {
      'GET rooms'({ response, rest }) {
        sendJSON(response, 200, rooms.history(roomFrom(rest)))
      },

      async 'POST rooms'({ request, response, rest, visitor }) {
        const room = roomFrom(rest)
        const { text } = await readJSON(request)
        const message = rooms.add(room, visitor.name, textFrom(text))
        void app.hub.to(`chat/${room}`).send('message', message)
        sendJSON(response, 200, message)
      },

      'POST typing'({ request, response, rest, visitor }) {
        // The page says which client is its own: whoever types need not be told.
        const sender = String(request.headers['x-sse-client'])
        const others = app.hub.to(`chat/${roomFrom(rest)}`).except(sender)
        void others.send('typing', { by: visitor.name })
        sendJSON(response, 200, {})
      },
    },
  }
}

const LONGEST_TEXT = 200

function textFrom(text: unknown): string {
  if (typeof text !== 'string' || !text.trim() || text.length > LONGEST_TEXT)
    throw new Refused(400, `A message has 1 to ${LONGEST_TEXT} characters.`)
  return text.trim()
}
