/** What the server knows of a visitor, and what a visitor may ask of it: a token, another role. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Role, roles } from '../contract.js'
import type { App, Feature } from './feature.js'
import { readJSON, sendJSON } from './json.js'
import { Refused } from './refused.js'
import { statusOf } from './visitors.js'

/** How long a new token takes in milliseconds, so that a person can see the wait. */
const REFRESH_TAKES = 900

export function account(app: App): Feature {
  return {
    routes: {
      'GET status'({ response, visitor }) {
        sendJSON(response, 200, statusOf(visitor))
      },

      async 'POST token'({ response, visitor }) {
        await delay(REFRESH_TAKES)
        sendJSON(response, 200, { token: visitor.token ?? '' })
      },

      'GET role'({ response, visitor }) {
        sendJSON(response, 200, { role: visitor.role })
      },

      async 'POST role'({ request, response, visitor }) {
        const { role } = await readJSON(request)
        visitor.role = roleFrom(role)
        const lost = roles.slice(roles.indexOf(visitor.role) + 1)
        for (const role of lost) app.hub.revoke(`notifications/${role}`, visitor.id)
        sendJSON(response, 200, { role: visitor.role })
      },
    },
  }
}

/** Throws `Refused` for what is none. */
export function roleFrom(name: unknown): Role {
  const role = roles.find((role) => role === name)
  if (!role) throw new Refused(400, `A role is one of ${roles.join(', ')}.`)
  return role
}
