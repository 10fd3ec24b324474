/** Notices: for everybody, and for those whose role allows them to hear. */
import { type Role, roles } from '../contract.js'
import { roleFrom } from './account.js'
import type { App, Feature } from './feature.js'
import { readJSON, sendJSON } from './json.js'

export function notifications(app: App): Feature {
  return {
    declare(hub) {
      hub.channel('notifications')
      hub.channel('notifications/:role', ({ principal }, { role }) => hears(principal.role, role))
    },

    routes: {
      async 'POST notices'({ request, response, visitor }) {
        const { to } = await readJSON(request)
        if (to === 'all') {
          const text = `${visitor.name} greets everybody`
          void app.hub.to('notifications').send('notice', { text })
        } else {
          const text = `${visitor.name} calls for ${roleFrom(to)}`
          void app.hub.to(`notifications/${roleFrom(to)}`).send('notice', { text })
        }
        sendJSON(response, 200, {})
      },
    },
  }
}

/** Each role hears what those below it hear. */
function hears(role: Role, wanted: string): boolean {
  return (roles as readonly string[]).slice(0, roles.indexOf(role) + 1).includes(wanted)
}
