/** What a client can be asked to send, and what it notices of a server that says no more. */
import type { Row } from '../cell.js'

const SILENCE = 600

export const requests: readonly Row[] = [
  {
    group: 'Requests',
    name: 'What it accepts',
    section: 'HTML 9.2.3',
    expected: '`Accept: text/event-stream`',
    async test(cell) {
      await cell.connect()
      const { header } = await cell.request()
      return header('accept') === 'text/event-stream' ? undefined : `sends ${header('accept')}`
    },
  },
  {
    group: 'Requests',
    name: 'Headers of its own',
    section: 'practice',
    expected: 'sent, on a reconnect too',
    needs: 'requests',
    async test(cell) {
      await cell.connect({ headers: { authorization: 'Bearer tide' } })
      const first = await cell.request()
      await first.stream('retry: 50\n\n', 'id: 1\ndata: one\n\n')
      await cell.until(({ count }) => count > 0)
      first.cut()
      const again = await cell.request()
      const sent = [first, again].map(({ header }) => header('authorization'))
      return sent.every((value) => value === 'Bearer tide') ? undefined : 'not always sent'
    },
  },
  {
    group: 'Requests',
    name: 'A POST with a body',
    section: 'practice',
    expected: 'sent, its answer read',
    needs: 'requests',
    async test(cell) {
      await cell.connect({ method: 'POST', body: 'ask' })
      const exchange = await cell.request()
      await exchange.stream('data: one\n\n')
      const { count } = await cell.until(({ count }) => count > 0)
      if (`${exchange.method} ${exchange.body}` !== 'POST ask') return 'sends something else'
      return count === 1 ? undefined : 'delivers nothing'
    },
  },
  {
    group: 'Requests',
    name: 'A POST whose answer is cut, without any id',
    section: 'practice; RFC 9110 9.2.2',
    expected: 'not sent again by itself',
    needs: 'requests',
    async test(cell) {
      await cell.connect({ method: 'POST', body: 'ask' })
      const exchange = await cell.request()
      await exchange.stream('retry: 50\n\n', 'data: one\n\n')
      await cell.until(({ count }) => count > 0)
      exchange.cut()
      return (await cell.maybe(2500)) ? 'sends it again' : undefined
    },
  },
  {
    group: 'Lifecycle',
    name: 'A server that falls silent',
    section: 'practice',
    expected: 'replaced, where a window was set',
    async test(cell) {
      await cell.connect({ silence: SILENCE })
      const exchange = await cell.request()
      await exchange.stream('retry: 50\n\n', 'id: 1\ndata: one\n\n')
      await cell.until(({ count }) => count > 0)
      const again = await cell.maybe(SILENCE + 3000)
      if (!again) return 'waits on; it has no such option'
      return again.header('last-event-id') === '1' ? undefined : 'comes back without its id'
    },
  },
]
