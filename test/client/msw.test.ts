/** A hub inside a handler of MSW: what an app's own tests would do. */
import { http } from 'msw'
import { SSEClient } from 'tidewire'
import { createHub } from 'tidewire/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { mockServer } from '../support/msw.js'
import { SOON } from '../support/node-wire.js'
import { withReportedErrors } from '../support/test-source.js'

const server = mockServer()
withReportedErrors()
const ENDPOINT = 'https://api.example/_sse'

type Channels = {
  news: { alert: { text: string } }
  'users/:id': { message: { text: string } }
}

test('a mocked endpoint is the hub: channels, refusals, changes, a break, and the end', async () => {
  const hub = createHub<Channels>()
  hub.channel('news')
  hub.channel('users/:id', (_, { id }) => id === '1')
  const kinds: string[] = []
  server.use(
    http.all(ENDPOINT, async ({ request }) => {
      kinds.push('conn' in ((await request.clone().json()) as object) ? 'change' : 'open')
      return hub.fetch(request)
    }),
  )
  const client = new SSEClient<Channels>({ url: ENDPOINT, reconnectDelay: 5 })
  onTestFinished(async () => {
    client.close()
    await hub.close()
  })
  const heard: string[] = []
  const news = client.subscribe('news')
  news.on('alert', ({ text }) => heard.push(text))
  expect(await news.ready).toBe('ok')
  expect(await client.subscribe('users/2').ready).toBe('denied')
  await hub.to('news').send('alert', { text: 'one' })
  await vi.waitFor(() => expect(heard).toEqual(['one']), SOON)
  client.reconnect()
  await hub.to('news').send('alert', { text: 'two' })
  await vi.waitFor(() => expect(heard).toEqual(['one', 'two']), SOON)
  await vi.waitFor(() => expect(kinds).toEqual(['open', 'change', 'open']), SOON)
  await vi.waitFor(() => expect(hub.connectionCount).toBe(1), SOON)
  client.close()
  await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
})
