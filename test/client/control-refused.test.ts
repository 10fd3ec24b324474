/** What the hub answers to a change of channels when it does not take it: an unknown connection, old credentials; and who leaves meanwhile. */
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { asked, byHand, hear, opened, pair, sendNumbers } from '../support/hub-network.js'

withFakeTime()

describe('410', () => {
  test('replaces the stream, and nothing is lost or doubled', async () => {
    const it = await opened()
    const heard = hear(it.client.channel('a'))
    await settle()
    await sendNumbers(it.hub, 'a', 1, 2)
    it.network.onControl = () => new Response(null, { status: 410 })
    const { ready } = it.client.subscribe('b')
    expect(await ready).toBe('ok')
    await sendNumbers(it.hub, 'a', 3, 4)
    expect(heard).toEqual([1, 2, 3, 4])
    expect(it.network.opens).toHaveLength(2)
    expect(it.network.opens[1]?.replaces).toBe(it.network.controls[1]?.conn)
    expect(it.hub.connectionCount).toBe(1)
    expect(it.facts.map(({ type }) => type)).not.toContain('connection-unknown')
    await advance(60_000)
    expect(it.network.controls).toHaveLength(2)
  })

  test('is tried again where the replacement fails', async () => {
    const it = await opened()
    it.network.onControl = () => new Response(null, { status: 410 })
    it.network.onOpen = () => new Response(null, { status: 503 })
    const { channel } = it.client.subscribe('a')
    await settle()
    expect(it.network.opens).toHaveLength(2)
    expect(it.client.connected).toBe(true)
    it.network.onOpen = undefined
    await advance(2000)
    expect(channel.status.value).toBe('live')
    expect(it.network.streams).toBe(1)
    expect(it.facts.map(({ type }) => type)).not.toContain('connection-unknown')
  })

  test('of a stream that was replaced meanwhile replaces nothing', async () => {
    const it = await opened()
    const answers = byHand(it)
    it.client.subscribe('a')
    await settle()
    it.client.reconnect()
    await settle()
    expect(it.network.opens).toHaveLength(2)
    answers[0]?.(new Response(null, { status: 410 }))
    await advance(60_000)
    expect(it.network.opens).toHaveLength(2)
  })

  test('twice within 30 s is one warning that names several processes', async () => {
    const it = await opened()
    const warnings = () => it.facts.filter(({ type }) => type === 'connection-unknown')
    it.network.onControl = () => new Response(null, { status: 410 })
    it.client.subscribe('rooms/1')
    await advance(30_001)
    it.client.subscribe('rooms/2')
    await settle()
    expect(warnings()).toEqual([])
    await advance(20_000)
    it.client.subscribe('rooms/3')
    await settle()
    expect(warnings()).toHaveLength(1)
    expect(warnings()[0]?.message).toMatch(/several processes/)
    for (let n = 4; n < 9; n++) {
      it.client.subscribe(`rooms/${n}`)
      await advance(2000)
    }
    expect(warnings()).toHaveLength(1)
  })
})

describe('an answer that is not the hub’s', () => {
  test.each([
    [
      'a page',
      () => new Response('<p>Please log in.</p>', { headers: { 'content-type': 'text/html' } }),
    ],
    ['nothing', () => new Response(null, { status: 204 })],
  ])('is no consent: %s', async (_, answer) => {
    const it = await opened()
    it.network.onControl = answer
    const { channel } = it.client.subscribe('a')
    await advance(3000)
    expect(channel.status.value).toBe('joining')
    expect(it.client.error.value).toBeUndefined()
    it.network.onControl = undefined
    await advance(20_000)
    expect(channel.status.value).toBe('live')
    expect(it.network.opens).toHaveLength(1)
    const failed = it.facts.filter(({ type }) => type === 'control-failed')
    expect(failed[0]?.error).toMatchObject({ name: 'ConnectionError', code: 'protocol' })
  })
})

describe('401', () => {
  /** A hub behind credentials that the test lets expire. */
  async function guarded(refresh: () => unknown = () => {}) {
    const tokens = { valid: 1, sent: 1, refreshes: 0 }
    const check = (request: Request) =>
      request.headers.get('authorization') === String(tokens.valid)
        ? undefined
        : new Response(null, { status: 401 })
    const it = pair({
      headers: () => ({ authorization: String(tokens.sent) }),
      onUnauthorized: async () => {
        tokens.refreshes++
        await refresh()
        tokens.sent = tokens.valid
      },
    })
    it.network.onOpen = check as never
    it.network.onControl = check as never
    it.client.subscribe('a')
    await settle()
    return { ...it, tokens }
  }

  test('refreshes the credentials and sends the change again', async () => {
    const { client, tokens, network } = await guarded()
    tokens.valid = 2
    const { ready } = client.subscribe('b')
    expect(await ready).toBe('ok')
    expect(tokens.refreshes).toBe(1)
    expect(network.opens).toHaveLength(1)
  })

  test('of a change and of the stream share one refresh', async () => {
    const { client, tokens } = await guarded()
    tokens.valid = 2
    client.subscribe('b')
    client.reconnect()
    await settle()
    expect(tokens.refreshes).toBe(1)
    expect(client.channel('b').status.value).toBe('live')
    expect(client.connected).toBe(true)
  })

  test('for good is told, and the stream goes on', async () => {
    const { client, tokens, hub } = await guarded(() => {
      throw new Error('signed out')
    })
    const heard = hear(client.channel('a'))
    tokens.valid = 2
    client.subscribe('b')
    await advance(60_000)
    expect(client.error.value).toMatchObject({ code: 'unauthorized', status: 401 })
    await sendNumbers(hub, 'a', 1, 1)
    expect(heard).toEqual([1])
  })
})

describe('who leaves and comes back', () => {
  test('while a request is under way is left out once, so that the history comes again', async () => {
    const it = await opened()
    const first = it.client.channel('a', { replay: 'earliest' })
    await sendNumbers(it.hub, 'a', 1, 3)
    const leave = first.on('*', () => {})
    await settle()
    const answers = byHand(it)
    it.client.subscribe('b')
    await settle()
    leave()
    await advance(250)
    const heard = hear(first)
    await settle()
    it.network.onControl = undefined
    answers[0]?.(new Response(null, { status: 503 }))
    await advance(1000)
    expect(heard).toEqual([1, 2, 3])
    expect(asked(it).slice(-2)).toEqual([['b'], ['b', 'a']])
    await sendNumbers(it.hub, 'a', 4, 4)
    expect(heard).toEqual([1, 2, 3, 4])
  })

  test('is not told what was meant for who left', async () => {
    const it = await opened()
    await sendNumbers(it.hub, 'a', 1, 1)
    const leave = it.client.channel('a').on('*', () => {})
    await settle()
    it.network.stall(true)
    await sendNumbers(it.hub, 'a', 2, 2)
    leave()
    await advance(250)
    const heard = hear(it.client.channel('a', { replay: 'earliest' }))
    await settle()
    it.network.stall(false)
    await settle()
    expect(heard).toEqual([1, 2])
    expect(it.facts.map(({ type }) => type)).toContain('unwanted-message')
  })

  test('while there is no stream needs no request of its own', async () => {
    const it = await opened()
    const leave = it.client.channel('a').on('*', () => {})
    await settle()
    it.client.disconnect()
    leave()
    await advance(250)
    it.client.connect()
    await settle()
    const before = it.network.controls.length
    it.client.subscribe('b')
    it.client.subscribe('a')
    await settle()
    expect(asked(it).slice(before)).toEqual([['b', 'a']])
  })
})
