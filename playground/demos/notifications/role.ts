/** The role of this visitor, which only the server decides on. */
import { signal } from 'tidewire'
import { client } from '../../connection/client.js'
import type { Role, RoleStatus } from '../../contract.js'
import { call } from '../../page/visitor.js'

export const role = signal<Role>('crew')

export async function loadRole(): Promise<void> {
  role.value = (await call<RoleStatus>('role')).role
}

/** Whether a channel may be joined is asked once for each stream: another role needs a new one. */
export async function changeRole(wanted: Role): Promise<void> {
  role.value = (await call<RoleStatus>('role', { role: wanted })).role
  client.reconnect()
}
