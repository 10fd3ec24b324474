/** One row with one client: the server that the row speaks for, the client that it watches, and limits that no client can hang. */
import { setTimeout as delay } from 'node:timers/promises'
import type { ClientOptions, Log, LoggedEvent } from './contestant.js'
import { type CellServer, type Exchange, serveCell } from './server.js'

/** A place where a client runs. */
export interface Realm {
  /** Makes the place. What fails here is a failure of the table, not of a client. */
  prepare(url: string): Promise<void>
  start(url: string, options: ClientOptions): Promise<void>
  log(): Promise<Log>
  /** Asks the client to close. */
  close(): Promise<void>
  /** Takes it all away, whatever the client does. */
  end(): Promise<void>
}

export interface Cell {
  connect(options?: ClientOptions): Promise<void>
  /** The next request. Ends the cell where none comes. */
  request(): Promise<Exchange>
  /** The next request, if one comes within so many ms. */
  maybe(milliseconds: number): Promise<Exchange | undefined>
  log(): Promise<Log>
  /** What the log says once it holds, or when it has had its chance. */
  until(holds: (log: Log) => boolean, milliseconds?: number): Promise<Log>
  close(): Promise<void>
}

export interface Row {
  readonly group: string
  readonly name: string
  /** Of the standard or RFC; 'practice' where neither asks for it. */
  readonly section: string
  readonly expected: string
  /** What a client must be able to do for the row to make sense. */
  readonly needs?: 'requests'
  /** Returns what the client did otherwise, in a few words; nothing where all is as expected. */
  readonly test: (cell: Cell) => Promise<string | undefined>
}

/** ms that a request may take to come: the longest delay of a peer is 3 s. */
const REQUEST = 6000
/** ms for a whole cell. */
const LIMIT = 30_000

/** What a client did otherwise; undefined where it did as expected. */
export type Verdict = string | undefined

/**
 * Runs all rows, several at a time, since they mostly wait. A row that fails is run again, up to `tries` times in all: a client
 * is not blamed for a machine that was busy.
 */
export async function runRows(
  rows: readonly Row[],
  realm: () => Realm,
  { atOnce, tries }: { atOnce: number; tries: number },
): Promise<Map<Row, Verdict>> {
  const verdicts = new Map<Row, Verdict>()
  for (let tried = 0; tried < tries; tried++) {
    const queue = rows.filter((row) => tried === 0 || verdicts.get(row) !== undefined)
    const work = async () => {
      for (let row = queue.shift(); row; row = queue.shift())
        verdicts.set(row, await runCell(row, realm()))
    }
    await Promise.all(Array.from({ length: atOnce }, work))
  }
  return verdicts
}

/** Runs a row with a client of its own. */
async function runCell(row: Row, realm: Realm): Promise<Verdict> {
  const server = await serveCell()
  const limit = new AbortController()
  try {
    await realm.prepare(server.url)
    const late = delay(LIMIT, 'does not come to an end', { signal: limit.signal })
    late.catch(() => {})
    return await Promise.race([row.test(cellOf(server, realm)), late])
  } catch (error) {
    if (error instanceof Otherwise) return error.message
    throw error
  } finally {
    limit.abort()
    await realm.end()
    await server.close()
  }
}

/** Ends a cell from within, saying what the client did otherwise. */
class Otherwise extends Error {}

function cellOf(server: CellServer, realm: Realm): Cell {
  return {
    connect: (options = {}) => realm.start(`${server.url}/events`, options),
    async request() {
      const exchange = await server.take(REQUEST)
      if (!exchange) throw new Otherwise('sends no further request')
      return exchange
    },
    maybe: (milliseconds) => server.take(milliseconds),
    log: () => realm.log(),
    async until(holds, milliseconds = 4000) {
      const end = performance.now() + milliseconds
      for (;;) {
        const log = await realm.log()
        if (holds(log) || performance.now() > end) return log
        await delay(25)
      }
    },
    close: () => realm.close(),
  }
}

/** A list of events as one reads it. */
export function told(events: readonly Pick<LoggedEvent, 'type' | 'data'>[]): string {
  if (events.length === 0) return 'nothing'
  return events
    .map(({ type, data }) => `${type === 'message' ? '' : `${type}: `}${JSON.stringify(data)}`)
    .join(', ')
}
