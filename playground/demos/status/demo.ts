/** A connection status to be pasted. */
import { client } from '../../connection/client.js'
import { mountConnectionStatus } from '../../examples/connection-status.js'
import { ConnectionStatus } from '../../examples/connection-status.react.js'
import ConnectionStatusView from '../../examples/connection-status.vue'
import '../../examples/connection-status.css'
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'

export const demo: Demo = {
  says: 'A connection status to take with you: every state in words, a countdown, and what a person can do about it. It draws anew when the state changes, never for an event.',
  views: {
    TypeScript: {
      uses: 'client.state',
      mount: (panel) => mountConnectionStatus(panel, client),
      files: ['examples/connection-status.ts'],
    },
    React: {
      uses: 'useConnection()',
      mount: react(ConnectionStatus),
      files: ['examples/connection-status.react.tsx'],
    },
    Vue: {
      uses: 'useConnection()',
      mount: vue(ConnectionStatusView),
      files: ['examples/connection-status.vue'],
    },
  },
  server: ['server/app.ts', 'server/breaking.ts'],
}
