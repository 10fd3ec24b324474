/** Why something cannot be broken right now. */
import type { ConnectionState } from 'tidewire'
import type { Role } from '../contract.js'
import type { FaultCard } from './faults.js'

export interface Circumstances {
  readonly state: ConnectionState
  readonly isOffline: boolean
  readonly role: Role
  /** Somebody on this page listens to a channel that only a role may hear. */
  readonly isCrewHeard: boolean
  /** What was pressed last is not over yet. */
  readonly isBusy: boolean
}

/** A sentence; undefined where the fault can act. */
export function obstacle(
  { id }: FaultCard,
  { state, isOffline, role, isCrewHeard, isBusy }: Circumstances,
): string | undefined {
  // The network is the page's own: it can always be taken away, and given back.
  if (id === 'offline' || id === 'slow') return undefined
  if (isOffline) return 'You are offline, so the server cannot be reached. Go back online first.'
  if (id === 'revoke') {
    if (role === 'guest') return 'You are a guest: there is nothing to take away.'
    if (!isCrewHeard) return 'Nobody here listens to the crew. Open the demo “Notifications” first.'
  }
  if (state.status === 'paused' || state.status === 'closed')
    return `The connection is ${state.status}. Press Connect first.`
  if (state.status !== 'open') return 'There is no open stream right now. It is on its way.'
  return isBusy ? 'What you broke last is not over yet.' : undefined
}
