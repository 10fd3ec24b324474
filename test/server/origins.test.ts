import { describe, expect, test } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { open, openBody, post, URL_OF_HUB } from '../support/hub-reader.js'

describe('other origins', () => {
  const from = (origin: string, site?: string) => ({
    origin,
    ...(site && { 'sec-fetch-site': site }),
  })
  const build = (cors?: string | string[]) => {
    const hub = createHub({ cors })
    hub.channel('a')
    return hub
  }
  const status = async (hub: ReturnType<typeof build>, headers: Record<string, string>) =>
    (await hub.fetch(post(openBody(['a']), headers))).status

  test('are refused unless they are listed', async () => {
    const hub = build(['https://app.example'])
    expect(await status(hub, from('https://evil.example'))).toBe(403)
    expect(await status(hub, from('null'))).toBe(403)
    expect(await status(hub, from('https://evil.example', 'cross-site'))).toBe(403)
    expect(await status(hub, from('https://app.example', 'cross-site'))).toBe(200)
    expect(await status(hub, from('http://hub.test'))).toBe(200)
    expect(await status(hub, from('https://behind-a-proxy.example', 'same-origin'))).toBe(200)
    expect(await status(hub, {})).toBe(200)
    expect(hub.connectionCount).toBe(4)
  })

  test('are refused for control requests too', async () => {
    const hub = build()
    const { conn } = await (await open(hub, ['a'])).control('hello')
    const request = post({ conn, rev: 2, channels: [] }, from('https://evil.example'))
    expect((await hub.fetch(request)).status).toBe(403)
    expect(hub.activeChannels).toEqual(['a'])
  })

  test('cannot send a control request without a preflight', async () => {
    const hub = build()
    const { conn } = await (await open(hub, ['a'])).control('hello')
    const body = { conn, rev: 2, channels: [] }
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data'])
      expect((await hub.fetch(post(body, { 'content-type': type }))).status).toBe(400)
    expect(hub.activeChannels).toEqual(['a'])
  })

  test('that are listed get their own name and credentials', async () => {
    const answer = await build(['https://app.example', 'https://b.example']).fetch(
      post(openBody(['a']), from('https://b.example')),
    )
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://b.example')
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(answer.headers.get('vary')).toBe('Origin')
    expect(answer.headers.get('access-control-expose-headers')).toBe('Retry-After')
  })

  test('are all welcome to "*", without credentials', async () => {
    const { headers } = await build('*').fetch(post(openBody(['a']), from('https://b.example')))
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.has('access-control-allow-credentials')).toBe(false)
  })

  test('are answered a preflight, refusals too', async () => {
    const hub = build('https://app.example')
    const preflight = (origin: string) =>
      hub.fetch(
        new Request(URL_OF_HUB, {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'authorization,content-type',
          },
        }),
      )
    const allowed = await preflight('https://app.example')
    expect(allowed.status).toBe(204)
    expect(allowed.headers.get('access-control-allow-headers')).toBe('authorization,content-type')
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET, POST')
    const refused = await preflight('https://evil.example')
    expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([
      403,
      null,
    ])
    const gone = await hub.fetch(
      post({ conn: 'x', rev: 1, channels: [] }, from('https://app.example')),
    )
    expect([gone.status, gone.headers.get('access-control-allow-origin')]).toEqual([
      410,
      'https://app.example',
    ])
  })
})
