/** Who can be told something: everybody, and two roles. */
import { tellRefusal } from '../../log/happenings.js'
import { call } from '../../page/visitor.js'

export const audiences = [
  { to: 'all', channel: 'notifications' },
  { to: 'crew', channel: 'notifications/crew' },
  { to: 'captain', channel: 'notifications/captain' },
] as const

export type Audience = (typeof audiences)[number]

export function notify(to: Audience['to']): void {
  call('notices', { to }).catch(tellRefusal)
}
