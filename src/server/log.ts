/** The hub's bounded past: the interface of a log, and the one in memory. */
import { compareIds, type GapReason } from '../hub-protocol.js'
import { resolveNumbers } from './numbers.js'

/** One event of the log. */
export interface LogEntry {
  /** Its name. */
  readonly channel: string
  /** The event's type. */
  readonly type: string
  /** JSON text; '' where the event has no payload. */
  readonly data: string
  /** The ids it is kept from, in replay too. */
  readonly except?: readonly string[]
  /** The only ids it is for, in replay too. */
  readonly only?: readonly string[]
}

/** What a log answers to `read`. */
export interface LogPage {
  /** Oldest first. */
  readonly entries: readonly (LogEntry & { readonly id: string })[]
  /** The id right before the first entry; without entries that of the log's end. */
  readonly after: string
  /** The log cannot vouch for what came right after the id asked for. The entries are those it still has. */
  readonly gap?: GapReason
}

/**
 * The hub's bounded past. Ids are `<epoch>.<position>`, a position being one number or several with '-' between; they grow, and a log
 * that lost track of its own order begins a new epoch. May answer at once or by promise; a rejection goes to `onError`.
 */
export interface Log {
  /** Gives the entry's id. */
  append(entry: LogEntry): string | PromiseLike<string>
  /** What follows an id, oldest first, at most `limit` entries. '' reads from the start, and never has a gap. */
  read(after: string, limit: number): LogPage | PromiseLike<LogPage>
}

/** How much is kept in memory, at most; the first bound that is reached counts. Each a number above 0, `Infinity` for no bound. */
export interface MemoryLogOptions {
  /** Milliseconds. Default 300000. */
  maxAge?: number | undefined
  /** Default 10000. */
  maxEvents?: number | undefined
  /** Of channel, type and payload. Default 16 MiB. */
  maxBytes?: number | undefined
}

interface Kept {
  readonly entry: LogEntry & { readonly id: string }
  readonly bytes: number
  /** When it came, by a clock that is never set back. */
  readonly at: number
}

const BOUNDS = { maxAge: 300_000, maxEvents: 10_000, maxBytes: 16 * 1024 * 1024 }

const encoder = new TextEncoder()

/**
 * A log in memory. Its epoch is new with each process, so that a restart is a gap and never a wrong resume.
 *
 * @throws RangeError for a bound that is no number above 0.
 */
export function createMemoryLog(options: MemoryLogOptions = {}): Log {
  const { maxAge, maxEvents, maxBytes } = resolveNumbers('createHub: log.', BOUNDS, options)
  const epoch = crypto.randomUUID().replaceAll('-', '').slice(0, 16)
  let kept: Kept[] = []
  /** Index of the oldest that is kept; below it everything is dropped. */
  let head = 0
  /** Position of `kept[0]`; the first is 1. */
  let first = 1
  let bytes = 0

  const idOf = (position: number) => `${epoch}.${position}`

  function drop() {
    bytes -= (kept[head] as Kept).bytes
    kept[head++] = undefined as never
    // Moving what is left only when half is gone keeps it linear.
    if (head * 2 <= kept.length) return
    kept = kept.slice(head)
    first += head
    head = 0
  }

  function trim() {
    const oldest = performance.now() - maxAge
    while (head < kept.length) {
      const { at } = kept[head] as Kept
      if (at > oldest && kept.length - head <= maxEvents && bytes <= maxBytes) break
      drop()
    }
  }

  return {
    append(entry) {
      const id = idOf(first + kept.length)
      const size = encoder.encode(`${entry.channel}${entry.type}${entry.data}`).length
      kept.push({ entry: { ...entry, id }, bytes: size, at: performance.now() })
      bytes += size
      trim()
      return id
    },

    read(after, limit) {
      trim()
      const oldest = first + head
      const end = first + kept.length - 1
      const page = (from: number, gap?: GapReason): LogPage => {
        const start = from - first
        const entries = kept.slice(start, start + limit).map(({ entry }) => entry)
        return { entries, after: idOf(from - 1), ...(gap && { gap }) }
      }
      if (after === '') return page(oldest)
      const order = compareIds(after, idOf(end))
      if (order === undefined) return page(oldest, 'epoch')
      if (order > 0) return page(oldest, 'rewound')
      // Of what is between two of ours, the one before it.
      const position = Number.parseInt(after.slice(epoch.length + 1), 10)
      return position + 1 < oldest ? page(oldest, 'trimmed') : page(position + 1)
    },
  }
}
