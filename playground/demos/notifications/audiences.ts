/** Who can be told something: everybody, and two roles. */
import { call } from '../../page/visitor.js'

export const audiences = [
  { to: 'all', channel: 'notifications' },
  { to: 'crew', channel: 'notifications/crew' },
  { to: 'captain', channel: 'notifications/captain' },
] as const

export type Audience = (typeof audiences)[number]

export const notify = (to: Audience['to']) => call('notices', { to })
