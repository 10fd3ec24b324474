/** How bytes become events. */
import { type Row, told } from '../cell.js'

type Expected = readonly (string | { type: string; data: string })[]

/** The last event of every stream, by which a row knows that all has been read. */
const LAST = 'data: last\n\n'

/** These pieces, each in a packet of its own, are these events. */
function parses(
  name: string,
  expected: string,
  pieces: readonly (string | Uint8Array)[],
  events: Expected,
): Row {
  const wanted = [...events, 'last'].map((event) =>
    typeof event === 'string' ? { type: 'message', data: event } : event,
  )
  return {
    group: 'Parsing',
    name,
    section: 'HTML 9.2.5, 9.2.6',
    expected,
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream(...pieces, LAST)
      const { events } = await cell.until(({ last }) => last?.data.endsWith('last') === true)
      const seen = told(events)
      return seen === told(wanted) ? undefined : `delivers ${seen}`
    },
  }
}

const bytes = (...parts: readonly (string | number)[]) =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part))),
  )

export const parsing: readonly Row[] = [
  parses('Byte order mark', 'ignored at the start', ['\uFEFFdata: one\n\n'], ['one']),
  parses(
    'Byte order mark, cut in pieces',
    'ignored at the start',
    [bytes(0xef), bytes(0xbb), bytes(0xbf, 'data: one\n\n')],
    ['one'],
  ),
  parses(
    'Two byte order marks',
    'only one is ignored, the other is part of a field name',
    ['\uFEFF\uFEFFdata: lost\n\n'],
    [],
  ),
  parses(
    'Line ends CR, LF and CRLF, mixed in an event',
    'each ends one line',
    ['data: a\r\ndata: b\rdata: c\n\r\n'],
    ['a\nb\nc'],
  ),
  parses(
    'CRLF cut between CR and LF',
    'one line end',
    ['data: a\r', '\ndata: b\r', '\n\r', '\n'],
    ['a\nb'],
  ),
  {
    group: 'Parsing',
    name: 'Events that end in CR CR',
    section: 'HTML 9.2.5, 9.2.6',
    expected: 'delivered without waiting for the next byte',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('data: one\r\r')
      const { count } = await cell.until(({ count }) => count > 0, 1500)
      if (count === 1) return undefined
      await exchange.send('data: two\r\r')
      const { events } = await cell.until(({ count }) => count > 0)
      return events.length > 0 ? 'delivers it only after more bytes' : 'delivers nothing'
    },
  },
  parses(
    'A character cut in pieces',
    'whole again',
    [bytes('data: ', 0xe6), bytes(0xbd), bytes(0xae, '\n\n')],
    ['潮'],
  ),
  parses(
    'Bytes that are no UTF-8',
    'U+FFFD in their place, the stream goes on',
    [bytes('data: a', 0xff, 'b\n\n')],
    ['a\uFFFDb'],
  ),
  parses('Comments', 'no event', [': a comment\n\n', ':\n:\n\n'], []),
  parses(
    'Unknown fields, and names in another case',
    'ignored',
    ['Data: no\nfoo: bar\ndata: one\ndatax: no\n\n'],
    ['one'],
  ),
  parses(
    'The space after the colon',
    'one is removed, no more',
    ['data:a\n\ndata: b\n\ndata:  c\n\n'],
    ['a', 'b', ' c'],
  ),
  parses('Several data lines', 'joined by line feeds', ['data: a\ndata:\ndata: b\n\n'], ['a\n\nb']),
  parses('Empty data', 'an event with empty data', ['data\n\n', 'data:\ndata\n\n'], ['', '\n']),
  parses(
    'A block without data',
    'no event, and its type is forgotten',
    ['event: tick\n\ndata: one\n\n'],
    ['one'],
  ),
  parses(
    'Event types',
    'of that type, in its case; an empty one is "message"',
    ['event: Tick\ndata: a\n\nevent:\ndata: b\n\n'],
    [{ type: 'Tick', data: 'a' }, 'b'],
  ),
  {
    group: 'Parsing',
    name: 'A block that the stream’s end cuts short',
    section: 'HTML 9.2.6',
    expected: 'no event',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('data: one\n\n', 'data: unfinished\n')
      exchange.end()
      await cell.until(({ count, errors, closed }) => count > 1 || errors > 0 || closed)
      const { events } = await cell.until(({ count }) => count > 1, 300)
      return told(events) === '"one"' ? undefined : `delivers ${told(events)}`
    },
  },
]
