/** The one contract of the app: shared by browser and server, registered once. */
import type { ProgressEvents } from 'tidewire/server'

export interface ChatMessage {
  id: string
  user: string
  text: string
  at: number
}
export interface Metrics {
  cpu: number
  memory: number
  activeUsers: number
  requestsPerSecond: number
}

export type AppChannels = {
  notifications: {
    alert: { level: 'info' | 'warning'; message: string; timestamp?: number }
    update: { version: string }
  }
  'users/:id': { message: { text: string; from: string }; typing: { user: string } }
  'teams/:team/updates': { joined: { member: string }; note: { text: string } }
  'chat/:room': { message: ChatMessage; typing: { user: string }; cleared: undefined }
  'dashboard/metrics': { message: Metrics }
  'upload/:uploadId': ProgressEvents
  'admin/logs': { line: string }
}

declare module 'tidewire' {
  interface Register {
    channels: AppChannels
  }
}

// Compile-time checks.
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
export const is = <_T extends true>(): void => {}
