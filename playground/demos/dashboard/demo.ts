/** A live dashboard. */
import '../../elements/live-chart.js'
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountDashboard } from './dashboard.plain.js'
import { Dashboard } from './dashboard.react.js'
import DashboardView from './dashboard.vue'

export const demo: Demo = {
  says: 'Ten readings a second, drawn once a frame. Nothing is replayed here: a reading that is a second old is of no use.',
  views: {
    TypeScript: {
      uses: "throttle: 'frame'",
      mount: mountDashboard,
      files: ['demos/dashboard/dashboard.plain.ts', 'demos/dashboard/reading.ts'],
    },
    React: {
      uses: 'useChannel()',
      mount: react(Dashboard),
      files: ['demos/dashboard/dashboard.react.tsx', 'demos/dashboard/reading.ts'],
    },
    Vue: {
      uses: 'useChannel()',
      mount: vue(DashboardView),
      files: ['demos/dashboard/dashboard.vue', 'demos/dashboard/reading.ts'],
    },
  },
  server: ['server/dashboard.ts'],
}
