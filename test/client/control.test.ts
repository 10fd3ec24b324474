/** How the hub learns of changes: one request a microtask, one under way, and never a second stream for it. */
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, type Pair, type PairOptions, pair, sendNumbers } from '../support/hub-network.js'

withFakeTime()

/** A client with an open stream. */
async function opened(options: PairOptions = {}): Promise<Pair> {
  const it = pair(options)
  it.client.connect()
  await settle()
  return it
}

/** Names of each control request. */
const asked = ({ network }: Pair) =>
  network.controls.map(({ channels }) => channels.map(({ name }) => name))

/** Answers that the test gives by hand. */
function byHand(it: Pair) {
  const answers: ((response: Response) => void)[] = []
  it.network.onControl = () => new Promise((resolve) => answers.push(resolve))
  return answers
}

test('all changes of one task are one request with the full set', async () => {
  const it = await opened()
  it.client.subscribe('a')
  await settle()
  it.client.subscribe('b')
  it.client.subscribe('c').close()
  it.client.subscribe('news')
  await settle()
  expect(asked(it)).toEqual([['a'], ['a', 'b', 'news']])
  expect(it.network.controls.map(({ rev }) => rev)).toEqual([1, 3])
  expect(it.network.opens).toHaveLength(1)
})

test('a thousand changes open no second stream', async () => {
  const it = await opened()
  let held = it.client.subscribe('rooms/0')
  for (let n = 1; n <= 1000; n++) {
    const next = it.client.subscribe(`rooms/${n}`)
    held.close()
    held = next
    await advance(n % 7 ? 30 : 300)
  }
  await advance(60_000)
  expect(it.network.opens).toHaveLength(1)
  expect(it.hub.connectionCount).toBe(1)
  expect(it.hub.activeChannels).toEqual(['rooms/1000'])
  expect(held.channel.status.value).toBe('live')
  expect(it.client.error.value).toBeUndefined()
}, 30_000)

test('one request is under way at a time, and what changes meanwhile travels in the next', async () => {
  const it = await opened()
  const answers = byHand(it)
  it.client.subscribe('a')
  await settle()
  for (const name of ['b', 'c', 'news']) {
    it.client.subscribe(name)
    await settle()
  }
  expect(asked(it)).toEqual([['a']])
  answers[0]?.(new Response(null, { status: 202 }))
  await settle()
  expect(asked(it)).toEqual([['a'], ['a', 'b', 'c', 'news']])
})

test('no answer in 10 s: the current set again, with backoff, on the same stream', async () => {
  const it = await opened()
  byHand(it)
  it.client.subscribe('a')
  await advance(9999)
  it.client.subscribe('b')
  await settle()
  expect(asked(it)).toEqual([['a']])
  await advance(1)
  expect(asked(it)).toEqual([['a']])
  it.network.onControl = undefined
  await advance(1000)
  expect(asked(it)).toEqual([['a'], ['a', 'b']])
  expect(it.client.channel('a').status.value).toBe('live')
  expect(it.network.opens).toHaveLength(1)
  expect(it.client.error.value).toBeUndefined()
})

test('a request that is not wanted any more is given up', async () => {
  const it = await opened()
  const signals: AbortSignal[] = []
  it.network.onControl = ({ signal }) => {
    signals.push(signal)
    return new Promise(() => {})
  }
  it.client.subscribe('a')
  await advance(10_000)
  expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  await advance(1000)
  it.client.close()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, true])
})

test.each([429, 500, 503])('%i: the current set again, with backoff', async (status) => {
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const it = await opened()
  it.network.onControl = () => new Response(null, { status })
  const { channel } = it.client.subscribe('a')
  await settle()
  expect(it.network.controls).toHaveLength(1)
  await advance(500)
  expect(it.network.controls).toHaveLength(2)
  await advance(749)
  expect(it.network.controls).toHaveLength(2)
  it.network.onControl = undefined
  await advance(1)
  expect(it.network.controls).toHaveLength(3)
  expect(channel.status.value).toBe('live')
  expect(it.network.opens).toHaveLength(1)
  expect(it.facts.filter(({ type }) => type === 'control-failed')).toHaveLength(2)
})

test('Retry-After is waited for', async () => {
  const it = await opened()
  it.network.onControl = () => new Response(null, { status: 429, headers: { 'retry-after': '20' } })
  it.client.subscribe('a')
  await advance(19_999)
  expect(it.network.controls).toHaveLength(1)
  await advance(5001)
  expect(it.network.controls).toHaveLength(2)
})

test('an unreachable hub is asked again', async () => {
  const it = await opened()
  it.network.onControl = () => Promise.reject(new TypeError('fetch failed'))
  const { channel } = it.client.subscribe('a')
  await settle()
  it.network.onControl = undefined
  await advance(1000)
  expect(channel.status.value).toBe('live')
})

test('another refusal is told, and not repeated as it is', async () => {
  const it = await opened()
  const errors: unknown[] = []
  it.client.on('error', ({ status }) => errors.push(status))
  it.network.onControl = () => new Response(null, { status: 413 })
  it.client.subscribe('a')
  await advance(60_000)
  expect(it.network.controls).toHaveLength(1)
  expect(errors).toEqual([413])
  expect(it.client.error.value).toMatchObject({ code: 'status', status: 413 })
  it.network.onControl = undefined
  it.client.subscribe('b')
  await settle()
  expect(asked(it).at(-1)).toEqual(['a', 'b'])
})

test('a change during a request that is refused is sent all the same', async () => {
  const it = await opened()
  const answers = byHand(it)
  it.client.subscribe('a')
  await settle()
  it.client.subscribe('b')
  await settle()
  it.network.onControl = undefined
  answers[0]?.(new Response(null, { status: 400 }))
  await settle()
  expect(asked(it)).toEqual([['a'], ['a', 'b']])
})

test('while there is no stream nothing is sent: the next stream brings the full set', async () => {
  const it = await opened()
  it.client.subscribe('a')
  await settle()
  it.network.isDown = true
  it.network.cut()
  await settle()
  it.client.subscribe('b')
  await settle()
  it.network.isDown = false
  await advance(3000)
  expect(it.network.controls).toHaveLength(1)
  expect(it.network.opens.at(-1)?.channels).toMatchObject([{ name: 'a' }, { name: 'b' }])
  expect(it.client.channel('b').status.value).toBe('live')
})

test('what changed while a stream opened is sent after its hello', async () => {
  const it = pair()
  let open = () => {}
  it.network.onOpen = (request) =>
    new Promise((resolve) => {
      open = () => resolve(it.hub.fetch(request))
    })
  it.client.subscribe('a')
  await settle()
  it.client.subscribe('b')
  await settle()
  expect(it.network.controls).toEqual([])
  open()
  await settle()
  expect(asked(it)).toEqual([['a', 'b']])
  expect(it.hub.activeChannels).toEqual(['a', 'b'])
})

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
    const leave = it.client.channel('a').on('*', () => {})
    await settle()
    leave()
    await advance(250)
    it.network.stall(true)
    await sendNumbers(it.hub, 'a', 1, 1)
    const heard = hear(it.client.channel('a', { replay: 'earliest' }))
    await settle()
    it.network.stall(false)
    await settle()
    expect(heard).toEqual([1])
  })
})
