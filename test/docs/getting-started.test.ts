import { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { SSEClient } from 'tidewire'
import { createServer as createViteServer, type ProxyOptions, type UserConfig } from 'vite'
import { expect, onTestFinished, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
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

  async 'vite.config.ts'({ load, serve, breakConnections }) {
    await load('server.mjs')
    const backend = vi.mocked(Server.prototype.listen).mock.contexts.at(-1) as Server
    await eventually(() => expect(backend.listening).toBe(true))
    const { port } = backend.address() as AddressInfo
    const { default: config } = await load<{ default: UserConfig }>('vite.config.ts')
    const proxy = config.server?.proxy as Record<string, ProxyOptions>
    expect(Object.keys(proxy)).toEqual(['/_sse', '/api'])
    for (const to of Object.values(proxy)) to.target = `http://127.0.0.1:${port}`
    const vite = await createViteServer({
      configFile: false,
      logLevel: 'silent',
      root: import.meta.dirname,
      server: { ...config.server, middlewareMode: true, watch: null, ws: false },
      optimizeDeps: { noDiscovery: true },
    })
    onTestFinished(() => vite.close())
    serve(vite.middlewares)

    const client = new SSEClient()
    const room = client.subscribe('chat/lobby')
    const heard: unknown[] = []
    room.on('message', (data) => heard.push(data))
    expect(await room.ready).toBe('ok')
    await fetch('/api/chat/lobby', { method: 'POST', body: 'Ahoy' })
    await eventually(() => expect(heard).toEqual([{ text: 'Ahoy' }]))
    backend.closeAllConnections()
    await eventually(() => expect(client.status.value).toBe('waiting'))
    client.close()
    breakConnections()
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
