import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { compareIds } from '../../src/hub-protocol.js'
import { createHub } from '../../src/server/index.js'
import { get, open, openBody, openGet, post } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

function build(options: Parameters<typeof createHub>[0] = {}) {
  const hub = createHub(options)
  hub.channel('news')
  hub.channel('users/:id', () => true)
  hub.channel('secret', () => false)
  hub.channel('cursors', { replay: false })
  return hub
}

describe('events', () => {
  test('have only id and data, and their type cannot reach the event field', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await hub.to('news').send('sub', { t: 'sub' })
    await stream.settled()
    const event = stream.blocks.at(-1)
    expect(event).toMatchObject({ type: 'message', named: true })
    expect(event?.data).toBe('{"c":"news","e":"sub","d":{"t":"sub"}}')
  })

  test('without a payload have no "d"', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await hub.to('news').send('cleared')
    expect(await stream.message()).toEqual({ c: 'news', e: 'cleared', id: expect.any(String) })
  })

  test('of volatile channels have neither id nor replay', async () => {
    const hub = build()
    const stream = await open(hub, ['cursors'])
    await stream.control('sub')
    expect(await hub.to('cursors').send('moved', 1)).toEqual({ id: '' })
    await stream.settled()
    expect(stream.blocks.at(-1)).toMatchObject({
      named: false,
      data: '{"c":"cursors","e":"moved","d":1}',
    })
    const late = await open(hub, [{ name: 'cursors', since: 'earliest' }])
    await late.settled()
    expect(late.blocks).toHaveLength(2)
  })

  test('of one tick come as one chunk', async () => {
    const hub = build()
    const answer = await hub.fetch(post(openBody(['news'])))
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    await reader.read()
    for (let count = 0; count < 5; count++) void hub.to('news').send('n', count)
    const { value } = await reader.read()
    expect(new TextDecoder().decode(value).match(/^data:/gm)).toHaveLength(5)
  })
})

describe('heartbeats', () => {
  test('are comments while nothing happens', async () => {
    const stream = await open(build(), ['news'])
    await stream.settled()
    await vi.advanceTimersByTimeAsync(15_200)
    expect(stream.blocks.at(-1)).toMatchObject({ type: 'comment', named: false })
    await vi.advanceTimersByTimeAsync(30_300)
    expect(stream.blocks.filter(({ type }) => type === 'comment')).toHaveLength(3)
  })

  test('are id-only blocks where the log moved on', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    await stream.settled()
    const { id } = await hub.to('users/1').send('elsewhere')
    await vi.advanceTimersByTimeAsync(15_200)
    expect(stream.blocks.at(-1)).toEqual({ type: 'id', data: '', id, named: true })
  })

  test('come at least as often as announced, whatever else is sent', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    for (let count = 0; count < 6; count++) {
      await vi.advanceTimersByTimeAsync(10_000)
      await hub.to('news').send('n')
    }
    await stream.settled()
    expect(stream.blocks.filter(({ type }) => type === 'comment')).toHaveLength(3)
  })
})

describe('the end of a stream', () => {
  test('that is planned is announced', async () => {
    const hub = build()
    const stream = await open(hub, ['news'])
    const drained = hub.drain({ over: 1000 })
    await vi.advanceTimersByTimeAsync(1300)
    await drained
    const { after } = await stream.control('drain')
    expect(after).toBeGreaterThanOrEqual(200)
    expect(after).toBeLessThanOrEqual(2000)
    expect(await stream.ended).toBe('end')
  })

  test('comes after its age, give or take a fifth', async () => {
    const hub = build({ maxAge: 100_000 })
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(hub, [])))
    await vi.advanceTimersByTimeAsync(79_000)
    expect(hub.connectionCount).toBe(20)
    await vi.advanceTimersByTimeAsync(42_000)
    expect(hub.connectionCount).toBe(0)
    for (const stream of streams) await stream.control('drain')
  })

  test('tells a reader by GET when to come back in its own words too', async () => {
    const hub = build()
    const answer = await hub.fetch(get('channel=news'))
    await hub.close()
    expect(await answer.text()).toMatch(/^retry: \d+$/m)
  })
})

describe('the native form', () => {
  const native = (hub: ReturnType<typeof build>, headers = {}) =>
    openGet(hub, 'channel=news&mode=native', headers)

  test('has the type as event and the payload as it is', async () => {
    const hub = build()
    const stream = await native(hub)
    await hub.to('news').send('alert', { level: 'info' })
    await hub.to('news').send('text', 'two\nlines')
    await hub.to('news').data(7)
    await stream.settled()
    expect(stream.blocks.slice(1)).toMatchObject([
      { type: 'alert', data: '{"level":"info"}', named: true },
      { type: 'text', data: 'two\nlines', named: true },
      { type: 'message', data: '7', named: true },
    ])
  })

  test('begins with a comment, since headers alone may wait in a proxy', async () => {
    const stream = await native(build())
    expect(await stream.next()).toMatchObject({ type: 'comment' })
  })

  test('resumes after Last-Event-ID', async () => {
    const hub = build()
    const { id } = await hub.to('news').send('a', 1)
    await hub.to('news').send('a', 2)
    const stream = await native(hub, { 'last-event-id': id })
    await stream.settled()
    expect(stream.blocks.slice(1)).toMatchObject([{ type: 'a', data: '2' }])
  })

  test('tells of a gap, the only block of the hub', async () => {
    const stream = await native(build(), { 'last-event-id': 'older.7' })
    expect(await stream.control('gap')).toMatchObject({ channels: ['news'], why: 'epoch' })
  })
})

test('ids are ordered within an epoch, however large, and not across', () => {
  expect(compareIds('e.9', 'e.10')).toBeLessThan(0)
  expect(compareIds('e.10', 'e.10')).toBe(0)
  expect(compareIds('e.99999999999999999999', 'e.99999999999999999998')).toBeGreaterThan(0)
  expect(compareIds('e.1700000000000-2', 'e.1700000000000-10')).toBeLessThan(0)
  expect(compareIds('e.5', 'e.5-0')).toBeLessThan(0)
  expect(compareIds('e.1', 'f.1')).toBeUndefined()
  for (const odd of ['', 'e', 'e.', '.1', 'e.01', 'e.-1', 'e.1.', 'e.1\n', ' e.1'])
    expect(compareIds(odd, 'e.1')).toBeUndefined()
})
