/** Who is in which room, whichever hub their stream is on: while a hub drains there are two. */
import type { Room } from '../channels/contract.js'
import type { Visitor } from './visitors.js'

export interface RoomPresence {
  came(room: Room, visitor: Visitor): void
  went(room: Room, visitor: Visitor): void
  names(room: Room): readonly string[]
}

export function createRoomPresence(
  changed: (room: Room, names: readonly string[]) => void,
): RoomPresence {
  /** On how many hubs each visitor is. */
  const counts = new Map<Room, Map<Visitor, number>>()

  function change(room: Room, visitor: Visitor, by: 1 | -1) {
    const here = counts.get(room) ?? new Map<Visitor, number>()
    counts.set(room, here)
    const count = (here.get(visitor) ?? 0) + by
    if (count > 0) here.set(visitor, count)
    else here.delete(visitor)
    changed(room, names(room))
  }

  const names = (room: Room) => [...(counts.get(room)?.keys() ?? [])].map(({ name }) => name)

  return {
    came: (room, visitor) => change(room, visitor, 1),
    went: (room, visitor) => change(room, visitor, -1),
    names,
  }
}
