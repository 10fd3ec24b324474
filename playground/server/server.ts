/** The playground's server: the hub at `/_sse`, and what stands beside it below `/api`. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { account } from './account.js'
import { answer } from './answer.js'
import { createApp } from './app.js'
import { breaking } from './breaking.js'
import { chat } from './chat.js'
import { dashboard } from './dashboard.js'
import { events } from './events.js'
import { sendJSON } from './json.js'
import { notifications } from './notifications.js'
import { presence } from './presence.js'
import { pulse } from './pulse.js'
import { Refused } from './refused.js'
import { createRooms } from './rooms.js'
import { upload } from './upload.js'
import { createVisitors } from './visitors.js'

export type Middleware = (request: IncomingMessage, response: ServerResponse) => void

export function createServer(): { readonly stream: Middleware; readonly api: Middleware } {
  const visitors = createVisitors()
  const rooms = createRooms()
  const app = createApp(visitors, (app) => [
    chat(app, rooms),
    presence(app),
    notifications(app),
    dashboard(app),
    upload(app),
    pulse(app),
    events(),
    answer(),
    account(app),
  ])
  const routes = new Map(
    [...app.features, breaking(app, rooms)].flatMap(({ routes = {} }) => Object.entries(routes)),
  )

  async function api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const { pathname: path } = new URL(`http://localhost${request.url}`)
      const [, name, rest = ''] = path.split('/')
      const route = routes.get(`${request.method} ${name}`)
      if (!route) throw new Refused(404, `There is no ${request.method} ${path} here.`)
      const { 'x-client': id = 'anonymous', 'x-name': called } = request.headers
      await route({ request, response, path, rest, visitor: visitors.get(id, called) })
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500
      sendJSON(response, status, { error: error instanceof Error ? error.message : String(error) })
    }
  }

  return {
    stream: (request, response) => void app.answer(request, response),
    api: (request, response) => void api(request, response),
  }
}
