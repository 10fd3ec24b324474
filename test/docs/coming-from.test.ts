import type { ServerResponse } from 'node:http'
import { createSource, type Source, SSEClient } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub, formatSSE } from 'tidewire/server'
import { expect } from 'vitest'
import { describeDocument } from '../support/document/node.js'

const streamTo = (response: ServerResponse) =>
  response.writeHead(200, { 'content-type': 'text/event-stream' })

describeDocument('docs/coming-from.md', {
  async 'from-event-source.ts'(place) {
    place.serve((_request, response) => {
      streamTo(response).write(formatSSE({ type: 'price', id: 7, data: { value: 42 } }))
    })
    const { prices, off } = await place.load<{ prices: Source; off(): void }>(
      'from-event-source.ts',
    )
    await place.until(() => place.printed.length > 0)
    expect(place.printed[0]).toBe('7 42')
    place.breakConnections()
    await place.until(() => place.printed.length > 1)
    expect(place.printed[1]).toMatch(/^The stream broke/)
    off()
    prices.close()
  },

  async 'from-fetch-event-source.ts'(place) {
    const { signal } = new AbortController()
    const asked: (string | undefined)[] = []
    place.serve(async (request, response) => {
      asked.push(request.headers.authorization)
      if (asked.length > 1) return response.writeHead(403).end()
      streamTo(response)
      for (const text of ['Rivers ', 'bring salt.'])
        response.write(formatSSE({ type: 'delta', data: { text } }))
      return response.end()
    })
    type Ask = (prompt: string, token: string, signal: AbortSignal) => Promise<string>
    const { ask } = await place.load<{ ask: Ask }>('from-fetch-event-source.ts')
    expect(await ask('Why?', 't', signal)).toBe('Rivers bring salt.')
    expect(asked).toEqual(['Bearer t'])
    await expect(ask('Why?', 't', signal)).rejects.toThrow(/answered 403/)
  },

  async 'channels.ts'({ load }) {
    expect(Object.keys(await load('channels.ts'))).toEqual([])
  },

  async 'from-strav.ts'(place) {
    await place.load('from-strav.ts')
    const client = new SSEClient({ headers: { user: 'ann' } })
    const notifications = client.subscribe('notifications')
    const heard: unknown[] = []
    notifications.on('alert', (data) => heard.push(data))
    expect(await notifications.ready).toBe('ok')
    expect(await client.subscribe('users/ann').ready).toBe('ok')
    const codes: string[] = []
    const other = client.subscribe('users/bob')
    other.on('error', ({ code, message }) => codes.push(`${code} ${message.slice(0, 12)}`))
    expect(await other.ready).toBe('denied')
    expect(codes).toEqual(['denied Unauthorized'])
    await fetch('/alert', { method: 'POST', body: 'Back at noon' })
    await place.until(() => heard.length > 0)
    expect(heard).toEqual([{ level: 'info', message: 'Back at noon' }])
    client.close()

    const progress = createSource('/process')
    const types: string[] = []
    for await (const { type } of progress) {
      types.push(type)
      if (type === 'complete') break
    }
    expect(types).toEqual([...Array(11).fill('progress'), 'complete'])
    progress.close()
  },

  async 'from-tova.ts'(place) {
    await place.load('from-tova.ts')
    const events = createSource('/events')
    const data: unknown[] = []
    events.on('*', (text) => {
      if (data.push(text) === 11) events.close()
    })
    await place.until(() => data.length === 11)
    expect([data[0], data.at(-1)]).toEqual(['Welcome', 'tick 9'])
    const client = new SSEClient()
    const channel = client.channel('notifications')
    channel.on('alert', () => {})
    await place.until(() => channel.status.value === 'live')
    const said = await fetch('/notify', { method: 'POST', body: 'Back at noon' })
    expect(await said.json()).toEqual({ subscribers: 1 })
    await place.until(() => channel.latest.value !== undefined)
    client.close()
  },

  async 'from-transmit.ts'(place) {
    const hub = createHub<Record<string, Record<string, unknown>>>()
    hub.channel('users/:id', (_context, { id }) => id === 'ann')
    place.serve(toNodeHandler(hub))
    type Follow = (user: string, show: (text: string) => void) => Promise<() => void>
    const { client, follow } = await place.load<{ client: SSEClient; follow: Follow }>(
      'from-transmit.ts',
    )
    const shown: string[] = []
    const leave = await follow('ann', (text) => shown.push(text))
    await hub.to('users/ann').send('message', { text: 'Ahoy', from: 'bob' })
    await place.until(() => shown.length > 0)
    expect(shown).toEqual(['Ahoy'])
    await expect(follow('bob', () => {})).rejects.toThrow('You may not read this.')
    leave()
    client.close()
  },
})
