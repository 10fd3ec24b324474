/** Notices by role. */
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountRoles } from './bar.js'
import { mountNotifications } from './notifications.plain.js'
import { Notifications } from './notifications.react.js'
import NotificationsView from './notifications.vue'

export const demo: Demo = {
  says: 'The server decides who may hear what. A channel that is denied takes no other one down. Where notices may be missing, a person is told.',
  bar: mountRoles,
  views: {
    TypeScript: {
      uses: 'channel().status',
      mount: mountNotifications,
      files: ['demos/notifications/notifications.plain.ts', 'demos/notifications/audiences.ts'],
    },
    React: {
      uses: 'useChannel()',
      mount: react(Notifications),
      files: ['demos/notifications/notifications.react.tsx', 'demos/notifications/audiences.ts'],
    },
    Vue: {
      uses: 'useChannel()',
      mount: vue(NotificationsView),
      files: [
        'demos/notifications/audience-card.vue',
        'demos/notifications/notifications.vue',
        'demos/notifications/audiences.ts',
      ],
    },
  },
  server: ['server/notifications.ts', 'server/account.ts'],
}
