/** A client and a hub with a real network between them. */
import { SSEClient, type UntypedChannels } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Handler, type HttpServer, serve } from '../support/http-server.js'
import { hear, plainHub } from '../support/hub-network.js'
import { withReportedErrors } from '../support/test-source.js'

withReportedErrors()

const WAIT = { timeout: 10_000 }
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n)

async function start() {
  const state = { hub: plainHub() }
  const handler: Handler = (request, response) => toNodeHandler(state.hub)(request, response)
  let server: HttpServer = await serve(handler)
  const port = Number(new URL(server.url).port)
  const client = new SSEClient<UntypedChannels>({
    url: `${server.url}/_sse`,
    reconnectDelay: 20,
    maxReconnectDelay: 50,
  })
  onTestFinished(async () => {
    client.close()
    await server.close()
    await state.hub.close()
  })
  return {
    client,
    state,
    get server() {
      return server
    },
    stop: () => server.close(),
    async restart() {
      server = await serve(handler, port)
    },
  }
}

test('many channels are one stream, and changes open no other', async () => {
  const it = await start()
  const { hub } = it.state
  const subscriptions = numbers(10).map((n) => it.client.subscribe(`rooms/${n}`))
  const verdicts = subscriptions.map(({ ready }) => ready)
  expect(await Promise.all(verdicts)).toEqual(numbers(10).map(() => 'ok'))
  expect(it.server.requests).toHaveLength(1)
  const heard = hear(it.client.channel('rooms/3'))
  for (const n of numbers(1000)) void hub.to('rooms/3').send('n', n)
  for (let n = 10; n < 40; n++) expect(await it.client.subscribe(`rooms/${n}`).ready).toBe('ok')
  await vi.waitFor(() => expect(heard).toEqual(numbers(1000)), WAIT)
  expect(it.server.open).toBe(1)
  expect(it.server.requests).toHaveLength(31)
  it.client.close()
  await it.server.quiet()
  await vi.waitFor(() => expect(hub.connectionCount).toBe(0), WAIT)
})

test('cuts, replacements and a server that is away lose nothing that the hub remembers', async () => {
  const it = await start()
  const { hub } = it.state
  const heard = hear(it.client.channel('a'))
  await it.client.subscribe('a').ready
  for (const n of numbers(300)) {
    void hub.to('a').send('n', n)
    if (n % 50 === 20) it.client.reconnect()
    if (n % 50 === 45) {
      await it.stop()
      await it.restart()
    }
    if (n % 5 === 0) await new Promise((resolve) => setTimeout(resolve, 2))
  }
  await vi.waitFor(() => expect(heard).toEqual(numbers(300)), WAIT)
  expect(it.client.channel('a').gap.value).toBeUndefined()
  await vi.waitFor(() => expect(it.server.open).toBe(1), WAIT)
})

test('another process is one gap, and what it has', async () => {
  const it = await start()
  const channel = it.client.channel('a')
  const heard = hear(channel)
  await it.client.subscribe('a').ready
  await it.state.hub.to('a').send('n', 1)
  await vi.waitFor(() => expect(heard).toEqual([1]), WAIT)
  await it.stop()
  await it.state.hub.close()
  it.state.hub = plainHub()
  await it.state.hub.to('a').send('n', 2)
  await it.restart()
  await vi.waitFor(() => expect(heard).toEqual([1, 2]), WAIT)
  expect(channel.gap.value?.reason).toBe('epoch')
  expect(it.client.connected).toBe(true)
})
