/** The open streams of this node, by their ids and by who opened them. */
import type { Membership } from './membership.js'
import type { Session } from './session.js'

export interface Connection {
  readonly session: Session
  readonly membership: Membership
  /** What it is counted by; `undefined`: by the node's total alone. */
  readonly key: string | undefined
  /** Whether another change of channels is allowed now. */
  readonly mayChange: () => boolean
}

export interface Connections extends Iterable<Connection> {
  readonly size: number
  get(conn: string): Connection | undefined
  /** Streams counted by a key. */
  count(key: string): number
  add(connection: Connection): void
  remove(conn: string): void
  /** Resolves when none is left. */
  empty(): Promise<void>
}

export function createConnections(): Connections {
  const open = new Map<string, Connection>()
  const counts = new Map<string, number>()
  let waiting: (() => void)[] = []

  function change(key: string | undefined, by: 1 | -1) {
    if (key === undefined) return
    const count = (counts.get(key) ?? 0) + by
    if (count > 0) counts.set(key, count)
    else counts.delete(key)
  }

  return {
    get size() {
      return open.size
    },
    get: (conn) => open.get(conn),
    count: (key) => counts.get(key) ?? 0,
    add(connection) {
      open.set(connection.session.identity.conn, connection)
      change(connection.key, 1)
    },
    remove(conn) {
      const connection = open.get(conn)
      if (!connection) return
      open.delete(conn)
      change(connection.key, -1)
      if (open.size > 0) return
      for (const resolve of waiting) resolve()
      waiting = []
    },
    empty: () =>
      open.size === 0
        ? Promise.resolve()
        : new Promise((resolve) => {
            waiting.push(resolve)
          }),
    [Symbol.iterator]: () => [...open.values()][Symbol.iterator](),
  }
}

/** So many at once, and so many a second for good. */
export function createBucket(burst: number, perSecond: number): () => boolean {
  let left = burst
  let at = performance.now()
  return () => {
    const now = performance.now()
    left = Math.min(burst, left + ((now - at) / 1000) * perSecond)
    at = now
    if (left < 1) return false
    left--
    return true
  }
}
