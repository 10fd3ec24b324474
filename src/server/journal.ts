/**
 * The log as the hub uses it: what was appended comes out once, in the log's order, for everybody who is live.
 *
 * A log that answers at once is followed as it is written. One that answers by promise is read after each append, so that the
 * order is the log's own, and what other processes wrote comes along.
 */
import { compareIds, type GapReason, isId } from '../hub-protocol.js'
import { isPromise } from './authorize.js'
import { createFrame, type Frame } from './frame.js'
import type { Log, LogEntry, LogPage } from './log.js'

export interface Journal {
  /** The id of the last event that was published; all live sessions have had what is for them up to here. '' until `ready`. */
  readonly head: string
  /** Resolves once the log's end is known; rejects when the log does. Asked again, it tries again. */
  ready(): PromiseLike<void> | undefined
  /** Gives the event's id. */
  append(entry: LogEntry): string | PromiseLike<string>
  /** Throws or rejects as the log does, and for a page that is none. */
  read(after: string, limit: number): LogPage | PromiseLike<LogPage>
  /** Reads what others wrote; a log that answers at once has no others. */
  follow(): void
  /** Nothing of a channel was lost after an id, though the log has forgotten what followed it. */
  vouches(channel: string, id: string): boolean
}

export interface JournalListener {
  published(frame: Frame): void
  /** What came right after the head is lost; `after` is the id before what comes next. */
  hole(why: GapReason, after: string): void
  failed(error: unknown): void
}

/** Entries of the log read at once. */
const PAGE = 256
/** Channels whose last event is remembered. */
const REMEMBERED = 10_000

export function createJournal(log: Log, listener: JournalListener): Journal {
  let head = ''
  let priming: PromiseLike<void> | undefined
  let primed = false
  let following = false
  let again = false
  let several = false
  const unpublished: Frame[] = []
  /** The id of the last event of each channel, oldest first, and the id up to which nothing is known of the others. */
  const last = new Map<string, string>()
  let unknownUpTo = ''

  function publish(entry: LogEntry, id: string) {
    checkId(id)
    unpublished.push(createFrame(entry, id))
    // Who is told of an event may send another one: its turn is after this one has reached everybody.
    if (unpublished.length > 1) return
    for (let frame = unpublished[0]; frame; frame = unpublished[0]) {
      remember(frame)
      try {
        listener.published(frame)
      } catch (error) {
        listener.failed(error)
      }
      head = frame.id
      unpublished.shift()
    }
  }

  function remember({ entry: { channel }, id }: Frame) {
    last.delete(channel)
    last.set(channel, id)
    if (last.size > REMEMBERED) forget()
  }

  function forget() {
    const [channel, id] = last.entries().next().value as [string, string]
    last.delete(channel)
    unknownUpTo = id
  }

  /** To the log's end, without publishing: nobody is there yet. */
  function prime(): PromiseLike<void> | undefined {
    const page = journal.read(head, PAGE)
    if (!isPromise(page)) return goOn(page)
    several = true
    return page.then(goOn)
  }

  function goOn(page: LogPage): PromiseLike<void> | undefined {
    head = page.entries.at(-1)?.id ?? page.after
    unknownUpTo = head
    return page.entries.length < PAGE ? undefined : prime()
  }

  async function readOn() {
    following = true
    try {
      await journal.ready()
      do {
        again = false
        const { entries, gap, after } = await journal.read(head, PAGE)
        if (gap) {
          head = unknownUpTo = after
          last.clear()
          listener.hole(gap, after)
        }
        for (const { id, ...entry } of entries) publish(entry, id)
        if (entries.length === PAGE) again = true
      } while (again)
    } catch (error) {
      listener.failed(error)
    }
    following = false
  }

  const journal: Journal = {
    get head() {
      return head
    },
    ready() {
      if (primed) return undefined
      if (!priming) {
        priming = prime()
        if (!priming) primed = true
        // First in the queue, so that nobody comes before those who wait.
        priming?.then(
          () => {
            primed = true
          },
          () => {
            priming = undefined
          },
        )
      }
      return priming
    },
    append(entry) {
      const waiting = journal.ready()
      const given = waiting ? waiting.then(() => log.append(entry)) : log.append(entry)
      if (!isPromise(given) && !several) {
        publish(entry, given)
        return given
      }
      several = true
      return Promise.resolve(given).then((id) => {
        journal.follow()
        return id
      })
    },
    read(after, limit) {
      const page = log.read(after, limit)
      return isPromise(page) ? page.then((page) => checked(page, after)) : checked(page, after)
    },
    follow() {
      if (!several) return
      again = true
      if (!following) void readOn()
    },
    vouches(channel, id) {
      return (compareIds(last.get(channel) ?? unknownUpTo, id) ?? 1) <= 0
    },
  }
  return journal
}

function checkId(id: unknown) {
  if (!isId(id)) throw new TypeError(`The log gave an id that cannot travel: "${String(id)}".`)
}

/** Throws for what a log may not answer: it would be read for ever, or reach a reader as something else. */
function checked(page: LogPage, asked: string): LogPage {
  if (!Array.isArray(page?.entries))
    throw new TypeError('The log gave no page: it has no list of "entries".')
  for (const { id } of page.entries) checkId(id)
  const last = page.entries.at(-1)
  if (!last || page.gap) checkId(page.after)
  // Only of a log that lost its end may what there is be older.
  if (last && page.gap !== 'rewound' && (compareIds(last.id, asked) ?? 1) <= 0)
    throw new Error(`The log gave "${last.id}" as what follows "${asked}".`)
  return page
}
