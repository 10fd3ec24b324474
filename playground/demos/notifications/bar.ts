/** The role, to be changed. */
import { effect, signal } from 'tidewire'
import { type Role, roles } from '../../contract.js'
import { tell, tellRefusal } from '../../log/happenings.js'
import { createChoice } from '../../page/choice.js'
import { changeRole, role } from './role.js'

export function mountRoles(bar: HTMLElement): () => void {
  /** What was chosen; the server has the last word. */
  const chosen = signal<Role>(role.peek())
  bar.append(createChoice('Your role', roles, chosen))
  const stops = [
    effect(() => {
      chosen.value = role.value
    }),
    effect(() => {
      if (chosen.value === role.peek()) return
      tell({ by: 'You', what: `Become ${chosen.value}` })
      changeRole(chosen.value).catch((error) => {
        tellRefusal(error)
        chosen.value = role.peek()
      })
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
