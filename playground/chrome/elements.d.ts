/** The page's own elements, as JSX knows them. */
import type { ConnectionState } from 'tidewire'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'status-badge': { state: ConnectionState }
      'time-left': { until: number | undefined }
      'time-since': { of: unknown }
      'spark-line': { values: readonly number[] }
    }
  }
}
