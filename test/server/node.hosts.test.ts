/** A hub in every place where Node has one: it opens, tells, changes channels, and lets go of who leaves. */
import { createHub } from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { get, open, openBody, openGet, post } from '../support/hub-reader.js'
import { type Host, hosts } from '../support/node-hosts.js'
import { SOON } from '../support/node-wire.js'

describe.each(Object.entries(hosts))('%s', (_, mount) => {
  const create = () =>
    createHub<Record<string, Record<string, unknown>>>({ cors: 'http://page.test' })
  let hub: ReturnType<typeof create>
  let host: Host

  beforeEach(async () => {
    hub = create()
    hub.channel('prices')
    hub.channel('news', { headers: { 'set-cookie': 'seen=1' } })
    hub.channel('rooms/:id', (_context, { id }) => id === '7')
    host = await mount(hub)
  })
  afterEach(async () => {
    await hub.close()
    await host.close()
    expect(hub.connectionCount).toBe(0)
    expect(hub.activeChannels).toEqual([])
  })

  test('opens, sends, changes channels, and lets go', async () => {
    const stream = await open(host, ['prices', 'rooms/7', 'rooms/8'])
    expect(stream.response.headers.get('content-type')).toContain('text/event-stream')
    expect(stream.response.headers.get('x-accel-buffering')).toBe('no')
    const { conn } = await stream.control('hello')
    expect((await stream.control('sub')).channels).toEqual({
      prices: 'ok',
      'rooms/7': 'ok',
      'rooms/8': 'denied',
    })
    await hub.to('prices').send('price', { bid: 41 })
    expect(await stream.message()).toMatchObject({ c: 'prices', e: 'price', d: { bid: 41 } })

    const changed = await host.fetch(post({ conn, rev: 2, channels: [{ name: 'news' }] }))
    expect([changed.status, await changed.json()]).toEqual([202, { rev: 2 }])
    expect((await stream.control('sub')).channels).toEqual({ news: 'ok' })
    expect(hub.activeChannels).toEqual(['news'])

    await stream.close()
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
    expect(hub.activeChannels).toEqual([])
    const late = await host.fetch(post({ conn, rev: 3, channels: [] }))
    expect(late.status).toBe(410)
    await late.body?.cancel()
  })

  test('opens by GET, resumes, and ends when the hub does', async () => {
    const { id } = await hub.to('prices').send('price', 1)
    await hub.to('prices').send('price', 2)
    const stream = await openGet(host, 'channel=prices', { 'last-event-id': id })
    expect(await stream.message()).toMatchObject({ d: 2 })
    await hub.close()
    expect(await stream.ended).toBe('end')
  })

  test('refuses in its own words', async () => {
    const answers = [
      post(openBody([]), { origin: 'http://elsewhere.test', 'sec-fetch-site': 'cross-site' }),
      post(openBody([]), { accept: 'text/html' }),
      post('{'),
      post({ v: 1, padding: 'x'.repeat(70_000) }),
      get('channel=a&mode=strange'),
    ].map(async (request) => {
      const response = await host.fetch(request)
      await response.text()
      return response.status
    })
    const statuses = await Promise.all(answers)
    expect(statuses).toEqual([403, 406, 400, 413, 400])
  })

  test('answers a preflight', async () => {
    const { url } = post('')
    const response = await host.fetch(
      new Request(url, { method: 'OPTIONS', headers: { origin: 'http://page.test' } }),
    )
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('http://page.test')
  })

  test('lets go of a hundred who leave at once', async () => {
    const streams = await Promise.all(Array.from({ length: 100 }, () => open(host, ['prices'])))
    expect(hub.subscriberCount('prices')).toBe(100)
    await Promise.all(streams.map((stream) => stream.close()))
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })

  test('replays megabytes, as fast as they are read', async () => {
    const filler = 'x'.repeat(64 * 1024)
    for (let n = 0; n < 60; n++) void hub.to('prices').send('price', { n, filler })
    const stream = await open(host, [{ name: 'prices', since: 'earliest' }])
    for (let n = 0; n < 60; n++) expect((await stream.message()).d).toMatchObject({ n })
    await stream.close()
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })
})
