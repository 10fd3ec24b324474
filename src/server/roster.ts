/** Who is on which channel, on this node. A channel without members is forgotten. */
import type { Frame } from './frame.js'
import { isFor, type Member } from './member.js'

export interface Roster {
  join(member: Member): void
  leave(member: Member): void
  count(channel: string): number
  readonly channels: readonly string[]
  /** To every live member that it is for. */
  broadcast(frame: Frame): void
}

export interface RosterListener {
  joined(member: Member): void
  left(member: Member): void
}

export function createRoster(listener: RosterListener): Roster {
  const channels = new Map<string, Set<Member>>()

  return {
    join(member) {
      const members = channels.get(member.name)
      if (members) members.add(member)
      else channels.set(member.name, new Set([member]))
      listener.joined(member)
    },
    leave(member) {
      const members = channels.get(member.name)
      if (!members?.delete(member)) return
      if (members.size === 0) channels.delete(member.name)
      listener.left(member)
    },
    count: (channel) => channels.get(channel)?.size ?? 0,
    get channels() {
      return [...channels.keys()]
    },
    broadcast(frame) {
      const { entry } = frame
      const everybody = !entry.except && !entry.only
      for (const { live, receiver } of channels.get(entry.channel) ?? [])
        if (live && (everybody || isFor(entry, receiver.identity))) receiver.push(frame)
    },
  }
}
