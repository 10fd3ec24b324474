/** A log of the hub's own kind, in memory, that can be told to forget. */
import type { Log, LogEntry } from '../../src/server/index.js'

export interface ForgetfulLog extends Log {
  /** Events that it still has. */
  readonly size: number
  /** Events that it ever had. */
  readonly end: number
  /** Drops everything: whoever missed some of it will be told of a gap. */
  forget(): void
}

/** Half a minute of the fastest pulse. */
const SIZE = 30_000

export function createForgetfulLog(size = SIZE): ForgetfulLog {
  // Ids are `<epoch>.<position>`: a hub with another log never mistakes an id of this one.
  const epoch = crypto.randomUUID().slice(0, 8)
  let entries: (LogEntry & { readonly id: string })[] = []
  /** Position of the last event. */
  let end = 0

  const idOf = (position: number) => `${epoch}.${position}`

  return {
    get size() {
      return Math.min(size, entries.length)
    },
    get end() {
      return end
    },
    append(entry) {
      const id = idOf(++end)
      entries.push({ ...entry, id })
      // Now and then, since to move everything for each event would be quadratic.
      if (entries.length >= 2 * size) entries = entries.slice(-size)
      return id
    },
    read(after, limit) {
      /** Position of the last event that is gone. */
      const gone = end - entries.length
      const [run, position] = after.split('.')
      const from = after ? Number(position) : gone
      const page = (from: number) => ({
        entries: entries.slice(from - gone, from - gone + limit),
        after: idOf(from),
      })
      if (after && run !== epoch) return { ...page(gone), gap: 'epoch' }
      if (from > end) return { ...page(gone), gap: 'rewound' }
      return from < gone ? { ...page(gone), gap: 'trimmed' } : page(from)
    },
    forget() {
      entries = []
    },
  }
}
