/** What a client remembers from stream to stream: the last event ID and the reconnection time. */
import type { Cell, Row } from '../cell.js'
import type { Exchange } from '../server.js'

/** After this stream, of which all was read, is cut within a block the client asks again. */
async function reconnect(cell: Cell, pieces: readonly string[], begun: string): Promise<Exchange> {
  await cell.connect()
  const exchange = await cell.request()
  // In one write with the event that shows that it was read.
  await exchange.stream('retry: 50\n\n', ...pieces, `data: last\n\n${begun}`)
  await cell.until(({ last }) => last?.data === 'last')
  exchange.cut()
  return cell.request()
}

const utf8 = (header: string | undefined) => header && Buffer.from(header, 'latin1').toString()

/** After these blocks, and what was begun of another, the client's next request carries that ID. */
function remembers(
  name: string,
  expected: string,
  pieces: readonly string[],
  id: string | undefined,
  begun = '',
): Row {
  return {
    group: 'Last event ID',
    name,
    section: 'HTML 9.2.4, 9.2.6',
    expected,
    async test(cell) {
      const again = await reconnect(cell, pieces, begun)
      const sent = utf8(again.header('last-event-id')) || undefined
      if (sent === id) return undefined
      return sent === undefined ? 'sends none' : `sends ${JSON.stringify(sent)}`
    },
  }
}

/** The least that a client waits after it read these lines and its stream was cut. */
function waits(name: string, expected: string, lines: string, least: number): Row {
  return {
    group: 'Reconnection time',
    name,
    section: 'HTML 9.2.6',
    expected,
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream(`${lines}\n\n`, 'data: one\n\n')
      await cell.until(({ count }) => count > 0)
      const cut = performance.now()
      exchange.cut()
      const again = await cell.request()
      return again.at - cut >= least ? undefined : 'comes back sooner'
    },
  }
}

export const reconnecting: readonly Row[] = [
  remembers('After an event with an id', 'sent', ['id: 7\ndata: one\n\n'], '7'),
  remembers('Without any', 'no header', ['data: one\n\n'], undefined),
  remembers(
    'After later events without an id',
    'still sent',
    ['id: 7\ndata: one\n\n', 'data: two\n\n'],
    '7',
  ),
  {
    group: 'Last event ID',
    name: 'On a later event without an id',
    section: 'HTML 9.2.6',
    expected: 'the event still carries it',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('id: 7\ndata: one\n\n', 'data: two\n\n')
      const { last } = await cell.until(({ count }) => count > 1)
      if (last?.id === '7') return undefined
      return last?.id ? `carries ${JSON.stringify(last.id)}` : 'carries none'
    },
  },
  remembers(
    'An empty id',
    'forgotten: no header',
    ['id: 7\ndata: one\n\n', 'id\ndata: two\n\n'],
    undefined,
  ),
  remembers('An id with a NUL', 'ignored', ['id: 7\ndata: one\n\n', 'id: 8\0\ndata: two\n\n'], '7'),
  remembers('An id in a block without data', 'counts', ['id: 7\ndata: one\n\n', 'id: 8\n\n'], '8'),
  remembers(
    'An id in a block that is cut short',
    'does not count: its event was not delivered',
    ['id: 7\ndata: one\n\n'],
    '7',
    'id: 8\ndata: two\n',
  ),
  remembers('An id that is not ASCII', 'sent as UTF-8', ['id: 潮\ndata: one\n\n'], '潮'),
  waits('`retry: 3500`', 'at least so many ms', 'retry: 3500', 3450),
  waits('`retry: 12abc`', 'ignored', 'retry: 12abc', 300),
  waits('`retry: -5`', 'ignored', 'retry: -5', 300),
]
