/** The rooms' history: what an app keeps in its database, and what outlives every hub. */
import { type ChatMessage, type Room, rooms } from '../contract.js'
import { Refused } from './refused.js'

export interface Rooms {
  /** Oldest first. */
  history(room: Room): readonly ChatMessage[]
  add(room: Room, by: string, text: string): ChatMessage
}

const KEPT = 100

export function createRooms(): Rooms {
  const histories = new Map<Room, ChatMessage[]>()
  const history = (room: Room) => histories.get(room) ?? []

  return {
    history,
    add(room, by, text) {
      const before = history(room)
      const message = { id: (before.at(-1)?.id ?? 0) + 1, by, text }
      histories.set(room, [...before, message].slice(-KEPT))
      return message
    },
  }
}

export const asRoom = (name: string | undefined) => rooms.find((room) => room === name)

/** Throws `Refused` for what is none. */
export function roomFrom(name: string): Room {
  const room = asRoom(name)
  if (!room) throw new Refused(404, 'There is no such room.')
  return room
}
