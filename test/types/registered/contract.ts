/** The contract of an app, registered: a program with this file in it knows the app's channels everywhere. */

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
  'upload/:uploadId': ProgressEvents
  'dashboard/metrics': { message: Metrics }
  'admin/logs': { line: string }
}

declare module 'tidewire' {
  interface Register {
    channels: AppChannels
  }
}
