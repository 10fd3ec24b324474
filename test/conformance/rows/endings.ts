/** How streams end, how large they get, and how a client is told to stop. */
import { type Row, told } from '../cell.js'

const FLOOD = 100_000
const LINE = 16 * 1024 * 1024
/** ms that a flood may take. */
const TIME_FOR_FLOOD = 12_000
/** ms in which a client that asks again has done so: the reconnection time was set to 50 before. */
const WINDOW = 2500

/** A stream that ended like this is followed by another one. */
function resumes(name: string, end: 'end' | 'cut', section: string): Row {
  return {
    group: 'Endings',
    name,
    section,
    expected: 'reconnects, nothing lost or doubled',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('retry: 50\n\n', 'id: 1\ndata: one\n\n', 'id: 2\ndata: tw')
      await cell.until(({ count }) => count > 0)
      exchange[end]()
      const again = await cell.request()
      // A server that has all that came after what the client says it has.
      const rest = ['id: 1\ndata: one\n\n', 'id: 2\ndata: two\n\n', 'id: 3\ndata: three\n\n']
      await again.stream(...rest.slice(Number(again.header('last-event-id') ?? 0)))
      const { events } = await cell.until(({ last }) => last?.data === 'three')
      const seen = told(events)
      return seen === '"one", "two", "three"' ? undefined : `delivers ${seen}`
    },
  }
}

export const endings: readonly Row[] = [
  resumes('The server ends the stream within an event', 'end', 'HTML 9.2.3, 9.2.6'),
  resumes('The network is gone within an event', 'cut', 'HTML 9.2.3, 9.2.6'),
  {
    group: 'Endings',
    name: 'The network is gone before an answer',
    section: 'HTML 9.2.3',
    expected: 'tried again',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      exchange.cut()
      const again = await cell.request()
      await again.stream('data: one\n\n')
      const { count } = await cell.until(({ count }) => count > 0)
      return count === 1 ? undefined : 'delivers nothing afterwards'
    },
  },
  {
    group: 'Floods',
    name: '100,000 events in one write',
    section: 'practice',
    expected: 'each delivered',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('data: tick\n\n'.repeat(FLOOD))
      const { count } = await cell.until(({ count }) => count >= FLOOD, TIME_FOR_FLOOD)
      return count === FLOOD ? undefined : `delivers ${count}`
    },
  },
  {
    group: 'Floods',
    name: 'A line of 16 MiB',
    section: 'practice',
    expected: 'delivered, or reported; the next event comes',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream(`data: ${'x'.repeat(LINE)}\n\ndata: next\n\n`)
      const { events } = await cell.until(({ last }) => last?.data === 'next', TIME_FOR_FLOOD)
      const sizes = events.map(({ size }) => size)
      if (sizes.at(-1) !== 4) return 'is still busy with it after 12 s'
      return sizes.length === 1 || sizes[0] === LINE ? undefined : 'delivers another text'
    },
  },
  {
    group: 'Stopping',
    name: 'Closed by a listener',
    section: 'HTML 9.2.2',
    expected: 'no further event, though it had come; the request is let go',
    async test(cell) {
      await cell.connect({ closeAt: 2 })
      const exchange = await cell.request()
      await exchange.stream('retry: 50\n\n', 'data: one\n\ndata: two\n\ndata: three\n\n')
      await cell.until(({ count }) => count > 2, 500)
      const { events } = await cell.log()
      const again = await cell.maybe(500)
      const wrong = [
        events.length > 2 && `delivers ${told(events)}`,
        !exchange.isOver && 'holds the request',
        again && 'asks again',
      ]
      return wrong.filter(Boolean).join(', ') || undefined
    },
  },
  {
    group: 'Stopping',
    name: 'Closed before an answer',
    section: 'HTML 9.2.2',
    expected: 'the request is let go, nothing is asked again',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await cell.close()
      const again = await cell.maybe(WINDOW)
      return (
        [!exchange.isOver && 'holds the request', again && 'asks again']
          .filter(Boolean)
          .join(', ') || undefined
      )
    },
  },
  {
    group: 'Stopping',
    name: 'Closed while it waits to reconnect',
    section: 'HTML 9.2.2',
    expected: 'nothing is asked again',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      await exchange.stream('retry: 800\n\n', 'data: one\n\n')
      await cell.until(({ count }) => count > 0)
      exchange.cut()
      await cell.until(({ errors, closed }) => errors > 0 || closed)
      await cell.close()
      return (await cell.maybe(WINDOW)) ? 'asks again' : undefined
    },
  },
  {
    group: 'Stopping',
    name: 'A listener throws',
    section: 'practice; DOM 2.10',
    expected: 'the stream goes on',
    async test(cell) {
      await cell.connect({ throwAt: 1 })
      const exchange = await cell.request()
      await exchange.stream('retry: 50\n\n', 'data: one\n\n', 'data: two\n\n')
      const { events } = await cell.until(({ count }) => count > 1, 1500)
      const again = await cell.maybe(500)
      if (again) return exchange.isOver ? 'reconnects' : 'reconnects, and holds the old request'
      return told(events) === '"one", "two"' ? undefined : `delivers ${told(events)}`
    },
  },
]
