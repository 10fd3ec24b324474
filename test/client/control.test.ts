/** How the hub learns of changes: one request a microtask, one under way, and never a second stream for it. */
import { expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { asked, byHand, opened, pair } from '../support/hub-network.js'

withFakeTime()

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
