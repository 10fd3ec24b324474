/** The page's own elements, as JSX knows them. */
import type { ChannelStatus, ConnectionState } from 'tidewire'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'status-badge': { state: ConnectionState } | { channel: ChannelStatus }
      'time-left': { until: number | undefined }
      'time-since': { of: unknown }
      'spark-line': { values: readonly number[] }
    }
  }
}
