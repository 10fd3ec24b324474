/** What the page can break: its own streams on the server's side, or the hub itself. */
import { randomUUID } from 'node:crypto'
import { type Fault, faults, roles } from '../contract.js'
import type { RunningApp } from './app.js'
import type { Feature } from './feature.js'
import { readJSON, sendJSON } from './json.js'
import { breakLine } from './line.js'
import { Refused } from './refused.js'
import { type Rooms, roomFrom } from './rooms.js'
import { statusOf, type Visitor } from './visitors.js'

export function breaking(app: RunningApp, rooms: Rooms): Feature {
  /** Beside what a fault does to the visitor's streams. */
  const act: { readonly [F in Fault]?: (visitor: Visitor, room: unknown) => void } = {
    expire(visitor) {
      visitor.token = randomUUID()
    },
    revoke(visitor) {
      visitor.role = 'guest'
      for (const role of roles.slice(1)) app.hub.revoke(`notifications/${role}`, visitor.id)
    },
    restart: app.restart,
    drain: app.drain,
    forget(visitor, where) {
      const room = roomFrom(String(where))
      const missed = rooms.add(room, 'Harbour office', `Said while ${visitor.name} was away`)
      void app.hub.to(`chat/${room}`).send('message', missed)
      app.forget()
    },
  }

  return {
    routes: {
      async 'POST break'({ request, response, visitor }) {
        const { fault, room } = await readJSON(request)
        const known = faults.find((name) => name === fault)
        if (!known) throw new Refused(400, `A fault is one of ${faults.join(', ')}.`)
        for (const line of visitor.lines.values()) breakLine(line, known)
        act[known]?.(visitor, room)
        sendJSON(response, 200, statusOf(visitor))
      },
    },
  }
}
