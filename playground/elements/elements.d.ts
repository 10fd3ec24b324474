/** The page's own elements, as JSX knows them. */
import type { ReactNode } from 'react'
import type { ChannelStatus, ConnectionState, Gap } from 'tidewire'

declare module 'react' {
  namespace JSX {
    interface IntrinsicElements {
      'status-badge': { state: ConnectionState } | { channel: ChannelStatus }
      'spark-line': { values: readonly number[] }
      'live-chart': { values: readonly number[]; top?: number; 'aria-hidden'?: true }
      'scroll-end': { children: ReactNode }
      'gap-note': { gap: Gap | undefined; loaded: boolean }
    }
  }
}
