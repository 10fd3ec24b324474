/** The server of the page "Channels": the hub at `/_sse`, rooms, uploads and notices beside it, and deeds that put the hub to the test. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { toNodeHandler } from '../../src/server/node.js'
import { type Deed, deeds, type HubStatus, type Role, roles } from '../channels/contract.js'
import { readJSON, sendJSON } from '../endpoint/json.js'
import { Refused } from '../endpoint/refused.js'
import { createAppHub } from './app-hub.js'
import { createForgetfulLog, type ForgetfulLog } from './log.js'
import { publishMetrics } from './metrics.js'
import { createRoomPresence } from './presence.js'
import { asRoom, createRooms } from './rooms.js'
import { receive, sizeOf } from './upload.js'
import { createVisitors, dropStreams, expireToken, isStream, type Visitor } from './visitors.js'

export type Middleware = (
  request: IncomingMessage,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** What follows the name of the route. */
  readonly rest: string
  readonly visitor: Visitor
}

const LONGEST_TEXT = 200
/** How long a drain takes, and a new token, so that a person can see it. */
const DRAIN_TAKES = 3000
const REFRESH_TAKES = 900

/** `stream` goes to `/_sse`; `api` answers below `/api` what is its own, and leaves the rest to who comes next. */
export function createService(): { readonly stream: Middleware; readonly api: Middleware } {
  const visitors = createVisitors()
  const rooms = createRooms()
  const presence = createRoomPresence((room, names) => {
    void live.hub.to(`presence/${room}`).send('here', { names })
  })

  const start = (log: ForgetfulLog) => {
    const hub = createAppHub({ log, visitors, ...presence })
    return { hub, log, answer: toNodeHandler(hub, (_request, response) => response) }
  }
  let live = start(createForgetfulLog())
  publishMetrics(() => live)

  function say(text: string): void {
    void live.hub.to('notifications').send('notice', { text })
  }

  const act: { readonly [D in Deed]: (visitor: Visitor, room: unknown) => void } = {
    drop: dropStreams,
    restart() {
      const { hub } = live
      live = start(createForgetfulLog())
      void hub.close()
    },
    forget(visitor, where) {
      const room = asRoom(String(where))
      if (!room) throw new Refused(400, 'There is no such room.')
      dropStreams(visitor)
      const missed = rooms.add(room, 'Harbour office', `Said while ${visitor.name} was away`)
      void live.hub.to(`chat/${room}`).send('message', missed)
      live.log.forget()
    },
    drain() {
      const { hub, log } = live
      // The same log, so that whoever comes from the old hub misses nothing.
      live = start(log)
      void hub.drain({ over: DRAIN_TAKES }).then(hub.close)
    },
    revoke(visitor) {
      visitor.role = 'guest'
      for (const role of roles.slice(1)) live.hub.revoke(`notifications/${role}`, visitor.id)
    },
    expire: expireToken,
  }

  const routes: Record<string, (exchange: Exchange) => void | Promise<void>> = {
    'GET rooms'({ response, rest }) {
      sendJSON(response, 200, rooms.history(roomFrom(rest)))
    },

    'GET presence'({ response, rest }) {
      sendJSON(response, 200, presence.names(roomFrom(rest)))
    },

    async 'POST rooms'({ request, response, rest, visitor }) {
      const room = roomFrom(rest)
      const { text, echo } = await readJSON(request)
      const message = rooms.add(room, visitor.name, textFrom(text))
      const target = live.hub.to(`chat/${room}`)
      const sender = String(request.headers['x-sse-client'])
      const audience = echo === false ? target.except(sender) : target
      void audience.send('message', message)
      sendJSON(response, 200, message)
    },

    async 'POST uploads'({ request, response, rest: id, visitor }) {
      if (!id.startsWith(`${visitor.id}.`)) throw new Refused(403, 'This upload is not yours.')
      const size = sizeOf(request)
      let whole = false
      await live.hub.to(`upload/${id}`).progress(async (update, signal) => {
        await receive(request, size)(update, signal)
        whole = true
      })
      if (!whole) throw new Refused(503, 'The upload broke off.')
      void live.hub
        .to('notifications')
        .only(visitor.id)
        .send('notice', { text: 'Your upload is here.' })
      sendJSON(response, 200, { size })
    },

    async 'POST notices'({ request, response, visitor }) {
      const { to } = await readJSON(request)
      if (to === 'all') say(`${visitor.name} greets everybody`)
      else
        void live.hub
          .to(`notifications/${roleFrom(to)}`)
          .send('notice', { text: `${visitor.name} calls for ${roleFrom(to)}` })
      sendJSON(response, 200, {})
    },

    async 'POST role'({ request, response, visitor }) {
      const { role } = await readJSON(request)
      visitor.role = roleFrom(role)
      const lost = roles.slice(roles.indexOf(visitor.role) + 1)
      for (const role of lost) live.hub.revoke(`notifications/${role}`, visitor.id)
      sendJSON(response, 200, statusOf(visitor))
    },

    async 'POST hub'({ request, response, visitor }) {
      const { deed, room } = await readJSON(request)
      const known = deeds.find((name) => name === deed)
      if (!known) throw new Refused(400, `A deed is one of ${deeds.join(', ')}.`)
      act[known](visitor, room)
      sendJSON(response, 200, statusOf(visitor))
    },

    'GET hub'({ response, visitor }) {
      sendJSON(response, 200, statusOf(visitor))
    },

    async 'POST token'({ response, visitor }) {
      await delay(REFRESH_TAKES)
      sendJSON(response, 200, { token: visitor.token ?? '' })
    },
  }

  const statusOf = ({ answers, requests, role }: Visitor): HubStatus => ({
    streams: [...answers].filter(isStream).length,
    requests,
    connections: live.hub.connectionCount,
    role,
  })

  return {
    stream: (request, response, next) => live.answer(request, response, next),
    async api(request, response, next) {
      const { pathname } = new URL(`http://localhost${request.url}`)
      const [, name, rest = ''] = pathname.split('/')
      const route = routes[`${request.method} ${name}`]
      if (!route) return next()
      try {
        const { 'x-visitor': id, 'x-name': called } = request.headers
        await route({ request, response, rest, visitor: visitors.get(id, called) })
      } catch (error) {
        const status = error instanceof Refused ? error.status : 500
        sendJSON(response, status, { error: error instanceof Error ? error.message : '' })
      }
    },
  }
}

function roomFrom(name: string) {
  const room = asRoom(name)
  if (!room) throw new Refused(404, 'There is no such room.')
  return room
}

function roleFrom(name: unknown): Role {
  const role = roles.find((role) => role === name)
  if (!role) throw new Refused(400, `A role is one of ${roles.join(', ')}.`)
  return role
}

function textFrom(text: unknown): string {
  if (typeof text !== 'string' || !text.trim() || text.length > LONGEST_TEXT)
    throw new Refused(400, `A message has 1 to ${LONGEST_TEXT} characters.`)
  return text.trim()
}
