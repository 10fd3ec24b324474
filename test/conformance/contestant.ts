/** What the table asks of every client, wherever it runs: to connect, and to write down what it tells its user. */

export interface ClientOptions {
  method?: string
  body?: string
  headers?: Record<string, string>
  /** Closes inside the listener of this event, counted from 1. */
  closeAt?: number
  /** The listener of this event throws, counted from 1. */
  throwAt?: number
  /** Silence in ms after which the stream is replaced, where a client has such an option. */
  silence?: number
}

export interface LoggedEvent {
  readonly type: string
  /** Its beginning. */
  readonly data: string
  /** Characters of the whole. */
  readonly size: number
  /** The last event ID that came with it; null where the client gives none. */
  readonly id: string | null
}

/** Plain data, so that it can come from a worker or a page. */
export interface Log {
  opens: number
  /** Events in all. */
  count: number
  /** The first of them. */
  events: LoggedEvent[]
  last?: LoggedEvent
  errors: number
  /** The user was told that it is over for good. */
  closed: boolean
}

/** What a client tells of. */
export interface Listener {
  open(): void
  event(type: string, data: string, id: string | null): void
  error(): void
  closed(): void
}

/** Connects; returns what closes. */
export type Connect = (url: string, options: ClientOptions, listener: Listener) => () => void

const KEPT_EVENTS = 50
const KEPT_CHARACTERS = 200

/** One client under observation. */
export function observe(connect: Connect, url: string, options: ClientOptions) {
  const log: Log = { opens: 0, count: 0, events: [], errors: 0, closed: false }
  let close = () => {}
  close = connect(url, options, {
    open: () => void log.opens++,
    event(type, data, id) {
      const event = { type, data: data.slice(0, KEPT_CHARACTERS), size: data.length, id }
      if (++log.count <= KEPT_EVENTS) log.events.push(event)
      log.last = event
      if (log.count === options.closeAt) close()
      if (log.count === options.throwAt) throw new Error('A listener that throws, on purpose.')
    },
    error: () => void log.errors++,
    closed() {
      log.closed = true
    },
  })
  return { log, close: () => close() }
}
