import { channelName, type Hub } from 'tidewire/server'
import { expect } from 'vitest'
import { describeDocument } from '../support/document/node.js'

type AnyHub = Hub<Record<string, Record<string, unknown>>>

/** The status of a stream that a page of some origin opens, or of a change of channels. */
async function ask(hub: AnyHub, headers: Record<string, string>, body?: object) {
  const request = new Request('https://hub.example.com/_sse?channel=notices', {
    headers: { accept: 'text/event-stream', host: 'hub.example.com', ...headers },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  const response = await hub.fetch(request)
  await response.body?.cancel()
  return response.status
}

describeDocument('docs/security.md', {
  async 'guarded.ts'({ load }) {
    const { hub } = await load<{ hub: AnyHub }>('guarded.ts')
    expect(await ask(hub, {})).toBe(200)
    expect(await ask(hub, { origin: 'https://app.example.com' })).toBe(200)
    expect(
      await ask(hub, { origin: 'https://hub.example.com', 'sec-fetch-site': 'same-origin' }),
    ).toBe(200)
    expect(await ask(hub, { origin: 'https://evil.example.com' })).toBe(403)
    expect(
      await ask(hub, { origin: 'https://evil.example.com', 'sec-fetch-site': 'same-site' }),
    ).toBe(403)
    expect(await ask(hub, { origin: 'null' })).toBe(403)
    const form = { 'content-type': 'text/plain' }
    expect(await ask(hub, form, { conn: 'x', rev: 1, channels: [] })).toBe(400)

    const crowd = Array.from({ length: 21 }, () =>
      hub.fetch(
        new Request('https://hub.example.com/_sse', {
          headers: { 'x-forwarded-for': '1.2.3.4, 5.6.7.8' },
        }),
      ),
    )
    const answers = await Promise.all(crowd)
    expect(answers.map(({ status }) => status)).toEqual([...Array(20).fill(200), 429])
    const other = await hub.fetch(
      new Request('https://hub.example.com/_sse', { headers: { 'x-forwarded-for': '5.6.7.9' } }),
    )
    expect(other.status).toBe(200)
    await hub.close()
  },

  async 'say-route.ts'({ load }) {
    const { app } = await load<{
      app: { request(path: string, init: RequestInit): Promise<Response> }
    }>('say-route.ts')
    const json = { 'content-type': 'application/json' }
    const say = async (path: string, headers: Record<string, string>, body: unknown) =>
      (await app.request(path, { method: 'POST', headers, body: JSON.stringify(body) })).status
    expect(await say('/api/chat/lobby', json, { text: 'Ahoy' })).toBe(401)
    expect(await say('/api/chat/lobby', { user: 'ann' }, { text: 'Ahoy' })).toBe(415)
    expect(await say('/api/chat/lobby', { user: 'ann', ...json }, { text: 1 })).toBe(400)
    expect(await say('/api/chat/lobby', { user: 'ann', ...json }, { text: 'Ahoy' })).toBe(204)
    expect(() => channelName('chat/:room', { room: 'a/b' })).toThrow(TypeError)
  },

  async 'chat-hub.ts'({ load }) {
    const { hub } = await load<{ hub: AnyHub }>('chat-hub.ts')
    expect(() => hub.to('chat/a/b')).toThrow(/no declared channel/)
    expect(() => hub.to('chat/\n')).toThrow(/control character/)
    expect(hub.activeChannels).toEqual([])
  },
})
