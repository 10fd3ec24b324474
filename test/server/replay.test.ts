import { describe, expect, test } from 'vitest'
import { compareIds } from '../../src/hub-protocol.js'
import { createHub, type Log } from '../../src/server/index.js'
import type { createMemoryLog } from '../../src/server/log.js'
import { open, openBody, post } from '../support/hub-reader.js'

function build(log: Parameters<typeof createMemoryLog>[0] | Log = {}) {
  const hub = createHub({ log })
  for (const name of ['a', 'b', 'c', 'd']) hub.channel(name)
  return hub
}

type Hub = ReturnType<typeof build>

/** Sends numbers and gives their ids. */
async function send(hub: Hub, name: 'a' | 'b' | 'c' | 'd', from: number, to: number) {
  const ids: string[] = []
  for (let number = from; number <= to; number++)
    ids.push((await hub.to(name).send('n', number)).id)
  return ids
}

/** What a stream brings until nothing more is on its way: payloads, and control blocks by kind. */
async function story(stream: Awaited<ReturnType<typeof open>>): Promise<unknown[]> {
  await stream.settled()
  const told: unknown[] = []
  while (stream.waiting > 0) {
    const block = await stream.next()
    const said = JSON.parse(block?.data || '{}')
    told.push(said.t === 'gap' ? `gap ${said.why} ${said.channels.join()}` : (said.t ?? said.d))
  }
  return told
}

describe('catching up', () => {
  test('begins after the cursor for every channel without a beginning of its own', async () => {
    const hub = build()
    const [first] = await send(hub, 'a', 1, 2)
    await send(hub, 'b', 3, 4)
    const stream = await open(hub, ['a', 'b'], { last: first })
    expect(await story(stream)).toEqual(['hello', 2, 3, 4, 'sub'])
  })

  test('begins from now without either', async () => {
    const hub = build()
    await send(hub, 'a', 1, 3)
    const stream = await open(hub, ['a'])
    await send(hub, 'a', 4, 4)
    expect(await story(stream)).toEqual(['hello', 'sub', 4])
  })

  test('begins at the log start, after an id, or at the last messages that the reader may see', async () => {
    const hub = build()
    const cid = 'c~0123456789abcdef'
    const ids = await send(hub, 'a', 1, 3)
    await hub.to('a').except(cid).send('n', 4)
    await send(hub, 'b', 5, 6)
    const from = async (since: unknown) => story(await open(hub, [{ name: 'a', since }], { cid }))
    expect(await from('earliest')).toEqual(['hello', 1, 2, 3, 'sub'])
    expect(await from(ids[1])).toEqual(['hello', 3, 'sub'])
    expect(await from({ last: 2 })).toEqual(['hello', 2, 3, 'sub'])
    expect(await from({ last: 9 })).toEqual(['hello', 1, 2, 3, 'sub'])
    expect(await from({ last: 0 })).toEqual(['hello', 'sub'])
  })

  test('from now on means since the request, not since the rule answered', async () => {
    let answer = (_said: boolean) => {}
    const hub = build()
    hub.channel('slow', () => new Promise<boolean>((resolve) => (answer = resolve)))
    const stream = await open(hub, ['slow'])
    await hub.to('slow').send('n', 1)
    answer(true)
    expect(await story(stream)).toEqual(['hello', 1, 'sub'])
  })

  test('is not disturbed by what happens meanwhile', async () => {
    const hub = build()
    const [first] = await send(hub, 'a', 1, 1)
    const body = 'x'.repeat(1000)
    for (let count = 0; count < 500; count++) await hub.to('a').send('n', `${count} ${body}`)
    const stream = await open(hub, ['a'], { last: first })
    const seen: number[] = []
    for (let count = 500; count < 800; count++) {
      void hub.to('a').send('n', `${count} ${body}`)
      seen.push(Number.parseInt(String((await stream.message()).d), 10))
    }
    while (seen.length < 800) seen.push(Number.parseInt(String((await stream.message()).d), 10))
    expect(seen).toEqual(Array.from({ length: 800 }, (_, count) => count))
  })

  test('of 10 MiB holds no more than 64 KiB and an event ahead of the reader', async () => {
    const hub = build()
    const body = 'x'.repeat(10_000)
    for (let count = 0; count < 1000; count++) await hub.to('a').send('n', body)
    const answer = await hub.fetch(post(openBody([{ name: 'a', since: 'earliest' }])))
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    let size = 0
    let largest = 0
    while (size < 10_000_000) {
      const { value } = await reader.read()
      size += value?.length ?? 0
      largest = Math.max(largest, value?.length ?? 0)
    }
    expect(largest).toBeLessThan(64 * 1024 + 11_000)
    await hub.close()
  })
})

describe('ids', () => {
  test('never go back on a stream: who is further behind has the id in the data', async () => {
    const hub = build()
    await send(hub, 'a', 1, 2)
    const [cursor] = await send(hub, 'b', 3, 3)
    await send(hub, 'a', 4, 4)
    const stream = await open(hub, [{ name: 'a', since: 'earliest' }, 'b'], { last: cursor })
    await stream.settled()
    const messages = stream.blocks.filter(({ type }) => type === 'message')
    expect(
      messages.map(({ named, data }) => [JSON.parse(data).d, named, 'i' in JSON.parse(data)]),
    ).toEqual([
      [1, false, true],
      [2, false, true],
      [4, true, false],
    ])
    expect(compareIds(messages[2]?.id as string, cursor as string)).toBe(1)
  })

  test('stay where they are while a channel that the cursor covers waits for its rule', async () => {
    let answer = (_said: boolean) => {}
    const hub = build()
    hub.channel('slow', () => new Promise<boolean>((resolve) => (answer = resolve)))
    const [cursor] = await send(hub, 'a', 1, 1)
    await hub.to('slow').send('n', 2)
    const stream = await open(hub, ['slow'], { last: cursor, rev: 1 })
    const { conn } = await stream.control('hello')
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'slow' }, { name: 'a' }] }))
    await send(hub, 'a', 3, 3)
    await stream.settled()
    expect(stream.lastEventId).toBe(cursor)
    expect(stream.blocks.at(-1)?.data).toMatch(/"d":3,"i":/)
    answer(true)
    expect(await stream.message()).toMatchObject({ d: 3 })
    expect(await stream.message()).toMatchObject({ d: 2 })
    expect((await stream.control('sub')).id).toBe(stream.lastEventId)
    await send(hub, 'a', 4, 4)
    await stream.settled()
    expect(stream.blocks.at(-1)).toMatchObject({ named: true, data: '{"c":"a","e":"n","d":4}' })
  })
})

describe('a gap is told', () => {
  test('where the log was trimmed past the cursor, before the catch-up', async () => {
    const hub = build({ maxEvents: 3 })
    const [first] = await send(hub, 'a', 1, 6)
    const stream = await open(hub, ['a'], { last: first })
    expect(await story(stream)).toEqual(['hello', 'gap trimmed a', 4, 5, 6, 'sub'])
  })

  test('not where it was trimmed exactly at the cursor', async () => {
    const hub = build({ maxEvents: 3 })
    const ids = await send(hub, 'a', 1, 6)
    expect(await story(await open(hub, ['a'], { last: ids[2] }))).toEqual(['hello', 4, 5, 6, 'sub'])
  })

  test('not to a channel that lost nothing, however much the others sent', async () => {
    const hub = build({ maxEvents: 3 })
    await send(hub, 'b', 0, 0)
    const [first] = await send(hub, 'a', 1, 6)
    expect(await story(await open(hub, ['a', 'b'], { last: first }))).toEqual([
      'hello',
      'gap trimmed a',
      4,
      5,
      6,
      'sub',
    ])
  })

  test('where the epoch is another, with the id before the first of the replay', async () => {
    const hub = build()
    const ids = await send(hub, 'a', 1, 2)
    const stream = await open(hub, ['a', 'b'], { last: 'other.900' })
    const gap = await stream.control('gap')
    expect(gap).toMatchObject({ why: 'epoch', channels: ['a', 'b'] })
    expect(compareIds(ids[0] as string, gap.id)).toBe(1)
    expect(await story(stream)).toEqual([1, 2, 'sub'])
    expect(stream.lastEventId).toBe(ids[1])
  })

  test('where the cursor is ahead of the log', async () => {
    const hub = build()
    const [id] = await send(hub, 'a', 1, 1)
    const ahead = `${id?.split('.')[0]}.77`
    const stream = await open(hub, ['a'], { last: ahead })
    expect(await story(stream)).toEqual(['hello', 'gap rewound a', 1, 'sub'])
    expect(stream.lastEventId).toBe(id)
  })

  test('for a channel of its own beginning, with the id in the data', async () => {
    const hub = build({ maxEvents: 3 })
    const [since] = await send(hub, 'a', 1, 5)
    const [cursor] = await send(hub, 'b', 6, 6)
    const stream = await open(hub, [{ name: 'a', since }, 'b'], { last: cursor })
    const gap = await stream.control('gap')
    expect(gap).toMatchObject({ why: 'trimmed', channels: ['a'], i: expect.any(String) })
    expect(await story(stream)).toEqual([4, 5, 'sub'])
  })

  test('where the log was trimmed while a slow reader was on its way', async () => {
    const hub = build({ maxEvents: 40 })
    const body = 'x'.repeat(10_000)
    const [cursor] = await send(hub, 'a', 0, 0)
    for (let count = 0; count < 30; count++) await hub.to('a').send('n', body)
    const answer = await hub.fetch(post(openBody(['a'], { last: cursor })))
    const reader = (answer.body as ReadableStream<Uint8Array>).getReader()
    await reader.read()
    for (let count = 0; count < 60; count++) await hub.to('a').send('n', body)
    let text = ''
    while (!text.includes('"t":"sub"'))
      text += new TextDecoder().decode((await reader.read()).value)
    expect(text.match(/"t":"gap"/g)).toHaveLength(1)
    expect(text).toContain('"why":"trimmed"')
    await hub.close()
  })

  test('nowhere for "earliest", whatever the log has forgotten', async () => {
    const hub = build({ maxEvents: 2 })
    await send(hub, 'a', 1, 5)
    const stream = await open(hub, [{ name: 'a', since: 'earliest' }])
    expect(await story(stream)).toEqual(['hello', 4, 5, 'sub'])
  })
})
