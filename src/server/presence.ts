/** Principals on channels, however many streams each has there: who came, and who left and did not return. */
import type { Member } from './member.js'
import type { TimerWheel } from './timer-wheel.js'

export interface PresenceBook {
  joined(member: Member): void
  left(member: Member): void
  /** Whoever is there leaves now. */
  close(): void
}

export interface PresenceListener {
  came(member: Member): void
  went(member: Member): void
}

interface Present {
  readonly member: Member
  streams: number
  cancel: (() => void) | undefined
}

/** A page that reloads, or changes its network, is back within it (ms). */
const SETTLES = 5000

export function createPresence(wheel: TimerWheel, listener: PresenceListener): PresenceBook {
  const present = new Map<string, Present>()

  /** An anonymous stream is somebody of its own. */
  const keyOf = ({ name, receiver: { identity } }: Member) =>
    JSON.stringify([name, identity.principal, identity.principal === null && identity.conn])

  function leave(key: string, { member }: Present) {
    present.delete(key)
    listener.went(member)
  }

  return {
    joined(member) {
      const key = keyOf(member)
      const known = present.get(key)
      if (known) {
        known.streams++
        known.cancel?.()
        known.cancel = undefined
        return
      }
      present.set(key, { member, streams: 1, cancel: undefined })
      listener.came(member)
    },
    left(member) {
      const key = keyOf(member)
      const known = present.get(key)
      if (known && --known.streams === 0) known.cancel = wheel.add(SETTLES, () => leave(key, known))
    },
    close() {
      for (const [key, known] of present) {
        known.cancel?.()
        leave(key, known)
      }
    },
  }
}
