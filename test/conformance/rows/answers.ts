/** What a client makes of answers that are no event stream, or come from elsewhere. */
import { type Cell, type Row, told } from '../cell.js'

/** ms in which a client that tries again has done so: the reconnection time was set to 50 before. */
const WINDOW = 2500
/** ms in which a client that is slow to try again has done so. */
const LONG = 6000
const EVENT = 'data: not for us\n\n'

/** A client that had a stream, lost it, and asks again. */
async function lost(cell: Cell) {
  await cell.connect()
  const exchange = await cell.request()
  await exchange.stream('retry: 50\n\n', 'data: one\n\n')
  await cell.until(({ count }) => count > 0)
  exchange.cut()
  return cell.request()
}

interface Answer {
  status: number
  headers?: Record<string, string>
  body?: string
}

const readsBody = async (cell: Cell) => {
  const { events } = await cell.log()
  return told(events) === '"one"' ? undefined : 'delivers its body as events'
}

/** After this answer nothing is asked any more, and the user is told. */
function stops(name: string, answer: Answer, section: string): Row {
  return {
    group: 'Answers',
    name,
    section,
    expected: 'over for good, and told so',
    async test(cell) {
      const { status, headers, body } = answer
      const exchange = await lost(cell)
      exchange.answer(status, headers, body)
      const again = await cell.maybe(WINDOW)
      const { closed } = await cell.log()
      const wrong = [await readsBody(cell), again && 'tries again', closed ? '' : 'tells nothing']
      return wrong.filter(Boolean).join(', ') || undefined
    },
  }
}

/** After this answer it is tried again, not before the time that the server named. */
function returns(name: string, answer: Answer, least = 0): Row {
  return {
    group: 'Answers',
    name,
    section: 'practice; HTML 9.2.3 gives up',
    expected: least > 0 ? 'tried again, not before that' : 'tried again',
    async test(cell) {
      const { status, headers, body } = answer
      const exchange = await lost(cell)
      const answered = performance.now()
      exchange.answer(status, headers, body)
      const again = await cell.maybe(least + LONG)
      if (!again) return 'gives up'
      if (again.at - answered < least) return 'tries again at once'
      return readsBody(cell)
    },
  }
}

/** A stream whose header is this is read, or is not. */
function contentType(type: string, isRead: boolean): Row {
  return {
    group: 'Content types',
    name: `\`${type}\``,
    section: 'HTML 9.2.3',
    expected: isRead ? 'read, as UTF-8' : 'refused, not a word of it delivered',
    async test(cell) {
      await cell.connect()
      const exchange = await cell.request()
      exchange.answer(200, { 'content-type': type }, 'data: 潮\n\n')
      const { events, errors, closed } = await cell.until(
        ({ count, errors, closed }) => count > 0 || errors > 0 || closed,
      )
      if (isRead) {
        if (told(events) === '"潮"') return undefined
        return events.length > 0 ? `delivers ${told(events)}` : 'refuses it'
      }
      if (events.length > 0) return 'delivers it as events'
      return errors > 0 || closed ? undefined : 'tells nothing'
    },
  }
}

function redirect(status: number): Row {
  return {
    group: 'Redirects',
    name: `${status}`,
    section: 'HTML 9.2.3, Fetch 4.4',
    expected: 'followed',
    async test(cell) {
      await cell.connect()
      const first = await cell.request()
      first.answer(status, { location: '/elsewhere' })
      const second = await cell.request()
      await second.stream('data: one\n\n')
      const { count } = await cell.until(({ count }) => count > 0)
      return second.path === '/elsewhere' && count === 1 ? undefined : 'is not followed'
    },
  }
}

function redirectedPost(status: number, method: string): Row {
  return {
    group: 'Redirects',
    name: `${status} of a POST`,
    section: 'Fetch 4.4',
    expected: method === 'GET' ? 'followed by a GET' : 'followed by a POST with the body',
    needs: 'requests',
    async test(cell) {
      await cell.connect({ method: 'POST', body: 'ask' })
      const first = await cell.request()
      first.answer(status, { location: '/elsewhere' })
      const second = await cell.request()
      await second.stream('data: one\n\n')
      await cell.until(({ count }) => count > 0)
      if (second.method !== method) return `sends a ${second.method}`
      return second.body === (method === 'POST' ? 'ask' : '') ? undefined : 'sends another body'
    },
  }
}

const stream = { 'content-type': 'text/event-stream' }
const later = { 'retry-after': '2' }

export const answers: readonly Row[] = [
  stops('204', { status: 204 }, 'HTML 9.2.3'),
  stops('401', { status: 401 }, 'HTML 9.2.3'),
  stops('403', { status: 403 }, 'HTML 9.2.3'),
  stops('404 with an event stream', { status: 404, headers: stream, body: EVENT }, 'HTML 9.2.3'),
  returns('408', { status: 408 }),
  returns('429 with `Retry-After: 2`', { status: 429, headers: later }, 1950),
  returns('500 with an event stream', { status: 500, headers: stream, body: EVENT }),
  returns('503 with `Retry-After: 2`', { status: 503, headers: later }, 1950),
  ...[301, 302, 303, 307, 308].map(redirect),
  redirectedPost(302, 'GET'),
  redirectedPost(307, 'POST'),
  {
    group: 'Redirects',
    name: 'After a redirected stream was lost',
    section: 'HTML 9.2.3',
    expected: 'the first address is asked again',
    async test(cell) {
      await cell.connect()
      const first = await cell.request()
      first.answer(302, { location: '/elsewhere' })
      const second = await cell.request()
      await second.stream('retry: 50\n\n', 'data: one\n\n')
      await cell.until(({ count }) => count > 0)
      second.cut()
      const again = await cell.request()
      return again.path === '/events' ? undefined : `asks ${again.path}`
    },
  },
  contentType('text/event-stream; charset=utf-8', true),
  contentType('text/event-stream;charset=iso-8859-1', true),
  contentType('Text/Event-Stream', true),
  contentType('text/event-streamfoo', false),
  contentType('text/html', false),
]
