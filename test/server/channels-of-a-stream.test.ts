import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { open, post } from '../support/hub-reader.js'

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

const status = async (answer: Promise<Response>) => (await answer).status

describe('verdicts', () => {
  test('are told in one block for one request', async () => {
    const hub = build()
    hub.channel('late', async () => true)
    const stream = await open(hub, ['news', 'late', 'secret'], { rev: 4 })
    expect(await stream.control('sub')).toMatchObject({
      rev: 4,
      channels: { news: 'ok', late: 'ok', secret: 'denied' },
    })
  })

  test('come for a channel when its catch-up has been sent', async () => {
    const hub = build()
    for (let count = 0; count < 3; count++) await hub.to('news').send('n', count)
    const stream = await open(hub, [{ name: 'news', since: 'earliest' }])
    await stream.settled()
    expect(stream.blocks.map(({ type }) => type)).toEqual([
      'hub',
      'message',
      'message',
      'message',
      'hub',
    ])
  })

  test('carry the id that the cursor has then', async () => {
    const hub = build()
    const { id } = await hub.to('news').send('n')
    const stream = await open(hub, ['users/1'])
    expect((await stream.control('sub')).id).toBe(id)
  })

  test('are unavailable over the time limit, and the rule is asked again', async () => {
    const answers: ((said: boolean) => void)[] = []
    const hub = build({ authorizeTimeout: 1000 })
    hub.channel('slow', () => new Promise<boolean>((resolve) => answers.push(resolve)))
    const stream = await open(hub, ['slow', 'news'])
    await vi.advanceTimersByTimeAsync(1000)
    expect((await stream.control('sub')).channels).toEqual({ news: 'ok' })
    expect((await stream.control('sub')).channels).toEqual({ slow: 'unavailable' })
    await vi.advanceTimersByTimeAsync(5300)
    expect(answers).toHaveLength(2)
    const { id } = await hub.to('slow').send('meanwhile')
    answers[1]?.(true)
    expect(await stream.message()).toMatchObject({ c: 'slow', e: 'meanwhile', id })
    expect((await stream.control('sub')).channels).toEqual({ slow: 'ok' })
  })

  test('say what heartbeat the channels ask for, where it changes', async () => {
    const hub = build()
    hub.channel('lively', { heartbeat: 3000 })
    const stream = await open(hub, ['news'])
    const { conn, heartbeat } = await stream.control('hello')
    expect(heartbeat).toBe(15_000)
    expect(await stream.control('sub')).not.toHaveProperty('heartbeat')
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'news' }, { name: 'lively' }] }))
    expect(await stream.control('sub')).toMatchObject({
      channels: { lively: 'ok' },
      heartbeat: 3000,
    })
    const before = stream.blocks.length
    await vi.advanceTimersByTimeAsync(3300)
    expect(stream.blocks.length).toBe(before + 1)
  })

  test('name too many channels, and let them in when others leave', async () => {
    const hub = build({ limits: { channelsPerConnection: 2 } })
    const names = ['users/1', 'users/2', 'users/3']
    const stream = await open(hub, names)
    const { conn } = await stream.control('hello')
    expect((await stream.control('sub')).channels).toEqual({
      'users/1': 'ok',
      'users/2': 'ok',
      'users/3': 'limit',
    })
    await hub.fetch(post({ conn, rev: 2, channels: names.slice(1).map((name) => ({ name })) }))
    expect((await stream.control('sub')).channels).toEqual({ 'users/3': 'ok' })
  })
})

describe('a control request', () => {
  async function opened(hub = build()) {
    const stream = await open(hub, ['news'], { rev: 1 })
    const { conn } = await stream.control('hello')
    await stream.control('sub')
    const change = (rev: number, ...names: string[]) =>
      hub.fetch(post({ conn, rev, channels: names.map((name) => ({ name })) }))
    return { hub, stream, conn, change }
  }

  test('brings the channels to the full wanted set', async () => {
    const { hub, stream, change } = await opened()
    const answer = await change(2, 'users/1')
    expect([answer.status, await answer.json()]).toEqual([202, { rev: 2 }])
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: { 'users/1': 'ok' } })
    expect(hub.activeChannels).toEqual(['users/1'])
  })

  test('is one whatever its Accept', async () => {
    const { hub, conn } = await opened()
    const request = post({ conn, rev: 2, channels: [] }, { accept: 'text/html' })
    expect(await status(hub.fetch(request))).toBe(202)
  })

  test('is told on the stream at once: what comes behind that is sent under its revision', async () => {
    const { hub, stream, conn } = await opened()
    const { id } = await hub.to('news').send('n', 1)
    await hub.fetch(post({ conn, rev: 2, channels: [] }))
    await hub.fetch(post({ conn, rev: 3, channels: [{ name: 'news', since: 'earliest' }] }))
    await stream.settled()
    const told = stream.blocks.slice(2).map(({ data }) => JSON.parse(data))
    expect(told).toMatchObject([
      { d: 1 },
      { t: 'sub', rev: 2, channels: {} },
      { t: 'sub', rev: 3, channels: {} },
      { d: 1, i: id },
      { t: 'sub', rev: 3, channels: { news: 'ok' } },
    ])
  })

  test('of an old revision changes nothing and hears the highest', async () => {
    const { hub, change } = await opened()
    await change(5, 'users/5')
    const answer = await change(5, 'users/4')
    expect([answer.status, await answer.json()]).toEqual([202, { rev: 5 }])
    await change(4, 'users/4')
    expect(hub.activeChannels).toEqual(['users/5'])
  })

  test('drops the verdicts of names that left', async () => {
    let answer = (_said: boolean) => {}
    const hub = build()
    hub.channel('slow', () => new Promise<boolean>((resolve) => (answer = resolve)))
    const { stream, change } = await opened(hub)
    await change(2, 'slow')
    await change(3, 'users/1')
    answer(true)
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: {} })
    expect(await stream.control('sub')).toMatchObject({ rev: 3, channels: { 'users/1': 'ok' } })
    await stream.settled()
    expect(stream.blocks.at(-1)?.data).not.toContain('slow')
    expect(hub.activeChannels).toEqual(['users/1'])
  })

  test('that still names a beginning is told the verdict again', async () => {
    const { hub, stream, conn } = await opened()
    await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'news', since: 'earliest' }] }))
    expect(await stream.control('sub')).toMatchObject({ rev: 2, channels: { news: 'ok' } })
  })

  test('of an unknown connection is answered with 410', async () => {
    const hub = build()
    const request = post({ conn: 'nobody', rev: 1, channels: [] })
    expect(await status(hub.fetch(request))).toBe(410)
  })

  test('of a connection that ended is answered with 410', async () => {
    const { stream, change } = await opened()
    await stream.close()
    expect(await status(change(2))).toBe(410)
  })

  test('is refused beyond 60 at once, and 10 a second', async () => {
    const { change } = await opened()
    const answers = []
    for (let rev = 2; rev < 70; rev++) answers.push(await status(change(rev)))
    expect(answers.filter((answer) => answer === 202)).toHaveLength(60)
    const refused = await change(70)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1'])
    await vi.advanceTimersByTimeAsync(1000)
    const later = []
    for (let rev = 80; rev < 95; rev++) later.push(await status(change(rev)))
    expect(later.filter((answer) => answer === 202)).toHaveLength(10)
  })
})
