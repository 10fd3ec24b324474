/** The demos, in the order of their tabs. Each is loaded when it is first shown, and the frameworks with it. */
import type { Demo } from './demo.js'

export interface DemoEntry {
  readonly id: string
  readonly name: string
  load(): Promise<{ readonly demo: Demo }>
}

export const demos: readonly DemoEntry[] = [
  { id: 'chat', name: 'Chat', load: () => import('./chat/demo.js') },
  { id: 'dashboard', name: 'Dashboard', load: () => import('./dashboard/demo.js') },
  { id: 'notifications', name: 'Notifications', load: () => import('./notifications/demo.js') },
  { id: 'upload', name: 'Upload', load: () => import('./upload/demo.js') },
  { id: 'tokens', name: 'Token stream', load: () => import('./tokens/demo.js') },
  { id: 'endpoint', name: 'One endpoint', load: () => import('./endpoint/demo.js') },
  { id: 'status', name: 'Status', load: () => import('./status/demo.js') },
]
