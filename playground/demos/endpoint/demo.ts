/** One plain endpoint, no hub. */
import '../../elements/spark-line.js'
import type { Demo } from '../demo.js'
import { react, vue } from '../mount.js'
import { mountEndpoint } from './endpoint.plain.js'
import { Endpoint } from './endpoint.react.js'
import EndpointView from './endpoint.vue'

export const demo: Demo = {
  says: 'No hub, no channels: one address that sends events with ids. Each view has a stream of its own, and the buttons that break things break these as well.',
  views: {
    TypeScript: {
      uses: 'createSource()',
      mount: mountEndpoint,
      files: [
        'demos/endpoint/endpoint.plain.ts',
        'demos/endpoint/positions.ts',
        'demos/plain-options.ts',
      ],
    },
    React: {
      uses: 'useSSE()',
      mount: react(Endpoint),
      files: [
        'demos/endpoint/endpoint.react.tsx',
        'demos/endpoint/positions.ts',
        'demos/plain-options.ts',
      ],
    },
    Vue: {
      uses: 'useSSE()',
      mount: vue(EndpointView),
      files: [
        'demos/endpoint/endpoint.vue',
        'demos/endpoint/water-level.vue',
        'demos/endpoint/positions.ts',
      ],
    },
  },
  server: ['server/events.ts', 'server/live.ts', 'server/plain.ts'],
}
