import { SSEClient } from 'tidewire'
import type { UserConfig } from 'vite'
import { expect } from 'vitest'
import { describeDocument } from '../support/document/node.js'
import { fakeTime } from '../support/document/world.js'

describeDocument('docs/getting-started.md', {
  async 'server.mjs'({ load, arrives, until }) {
    fakeTime()
    await load('server.mjs')
    const client = new SSEClient()
    const heard: unknown[] = []
    const room = client.subscribe('chat/lobby')
    room.on('message', (data, { id }) => heard.push([data, id]))
    client.subscribe('notices').on('alert', (data) => heard.push(data))
    expect(await arrives(room.ready)).toBe('ok')
    expect(await arrives(client.subscribe('kitchen').ready)).toBe('unknown')
    const said = await fetch('/api/chat/lobby', { method: 'POST', body: 'Ahoy' })
    const id = await said.text()
    await until(() => heard.length > 1)
    expect(heard).toEqual([[{ text: 'Ahoy' }, id], { text: 'Low tide' }])
    client.close()
  },

  async 'vite.config.ts'({ load }) {
    const { default: config } = await load<{ default: UserConfig }>('vite.config.ts')
    expect(Object.keys(config.server?.proxy ?? {})).toEqual(['/_sse', '/api'])
  },

  async 'channels.ts'({ load }) {
    // Types alone: the compiler checks what they say of the other blocks.
    expect(Object.keys(await load('channels.ts'))).toEqual([])
  },

  async 'client.ts'(place) {
    const { load } = place
    const { client, say } = await load<{ client: SSEClient; say: typeof fetch }>('client.ts')
    expect([client.status.value, place.requests]).toEqual(['idle', 0])
    await load('server.mjs')
    expect((await say('lobby', 'Ahoy' as never)).status).toBe(200)
  },
})
