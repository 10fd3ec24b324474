import { describe, expect, test, vi } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { get, open, openBody, post, read, URL_OF_HUB } from '../support/hub-reader.js'

const byHeader = { identify: (request: Request) => request.headers.get('user') }

describe('channels', () => {
  test('that nobody declared are unknown, and nothing of them is stored', async () => {
    const hub = createHub()
    hub.channel('a')
    const names = Array.from({ length: 500 }, (_, at) => `made-up/${at}`)
    const stream = await open(hub, names)
    expect(new Set(Object.values((await stream.control('sub')).channels))).toEqual(
      new Set(['unknown']),
    )
    expect([hub.activeChannels, hub.subscriberCount('made-up/1')]).toEqual([[], 0])
  })

  test('with hostile names are unknown, and echoed as JSON alone', async () => {
    const hub = createHub()
    hub.channel('*rest')
    const names = [
      '',
      '/',
      'a//b',
      '../etc',
      'a/./b',
      'a\nevent: hub',
      'a\r\n\r\ndata: x',
      'a\u0000',
      'a\u2028',
      '\ud800',
      ':id',
      '*rest',
      'x'.repeat(201),
      '__proto__',
      'constructor',
    ]
    const stream = await open(hub, names)
    const { channels } = await stream.control('sub')
    expect(Object.keys(channels).sort()).toEqual([...names].sort())
    for (const name of names)
      expect([name, channels[name]]).toEqual([name, /proto|construc/.test(name) ? 'ok' : 'unknown'])
  })

  test('bind parameters by position, so that a rule sees whom it thinks it sees', async () => {
    const hub = createHub(byHeader)
    hub.channel('files/:user/*path', ({ principal }, { user }) => (principal as unknown) === user)
    const names = ['files/ann/bob', 'files/bob/ann', 'files/bob/ann/ann']
    const stream = await open(hub, names, {}, { user: 'ann' })
    expect((await stream.control('sub')).channels).toEqual({
      'files/ann/bob': 'ok',
      'files/bob/ann': 'denied',
      'files/bob/ann/ann': 'denied',
    })
  })

  test('beyond the limit are not joined', async () => {
    const hub = createHub()
    hub.channel('n/:id')
    const stream = await open(
      hub,
      Array.from({ length: 300 }, (_, at) => `n/${at}`),
    )
    const { channels } = await stream.control('sub')
    expect(Object.values(channels).filter((verdict) => verdict === 'ok')).toHaveLength(100)
    expect(hub.activeChannels).toHaveLength(100)
  })
})

describe('a stolen connection id', () => {
  async function stolen() {
    const hub = createHub(byHeader)
    hub.channel('users/:id', ({ principal }, { id }) => (principal as unknown) === id)
    const stream = await open(hub, ['users/ann'], {}, { user: 'ann' })
    const { conn } = await stream.control('hello')
    await stream.control('sub')
    return { hub, stream, conn }
  }

  test.each([
    ['subscribes to nothing', [{ name: 'users/bob' }]],
    ['unsubscribes nothing', []],
  ])('%s', async (_title, channels) => {
    const { hub, stream, conn } = await stolen()
    for (const user of ['bob', undefined]) {
      const headers: Record<string, string> = user ? { user } : {}
      const answer = await hub.fetch(post({ conn, rev: 9, channels }, headers))
      expect(answer.status).toBe(410)
    }
    expect(hub.activeChannels).toEqual(['users/ann'])
    await stream.settled()
    expect(stream.blocks).toHaveLength(2)
  })

  test('answers as an unknown one does', async () => {
    const { hub, conn } = await stolen()
    const theirs = await hub.fetch(post({ conn, rev: 2, channels: [] }, { user: 'bob' }))
    const nobodys = await hub.fetch(post({ conn: 'x', rev: 2, channels: [] }, { user: 'bob' }))
    expect(await theirs.text()).toBe(await nobodys.text())
  })
})

describe('labels', () => {
  test('cannot pose as a principal', async () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    expect((await hub.fetch(post(openBody(['a'], { cid: 'ann' })))).status).toBe(400)
    const onError = vi.fn()
    const odd = createHub({ identify: () => 'c~0123456789abcdef', onError })
    expect((await odd.fetch(post(openBody([])))).status).toBe(500)
    expect(onError).toHaveBeenCalledOnce()
  })
})

describe('floods', () => {
  test('of bytes are refused at the limit, announced or not', async () => {
    const hub = createHub()
    const body = JSON.stringify(openBody(['x'.repeat(70_000)]))
    expect((await hub.fetch(post(body, { 'content-length': '2000' }))).status).toBe(413)
    expect((await hub.fetch(post('{}', { 'content-length': '70000' }))).status).toBe(413)
    let pulled = 0
    const endless = new Request(URL_OF_HUB, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: new ReadableStream({
        pull(controller) {
          pulled++
          controller.enqueue(new Uint8Array(30_000).fill(32))
        },
      }),
      duplex: 'half',
    } as RequestInit)
    expect((await hub.fetch(endless)).status).toBe(413)
    expect(pulled).toBeLessThan(10)
  })

  test('of streams of one principal are refused at 20, and others are not', async () => {
    const hub = createHub(byHeader)
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => hub.fetch(post(openBody([]), { user: 'ann' }))),
    )
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(10)
    expect((await hub.fetch(post(openBody([]), { user: 'bob' }))).status).toBe(200)
  })

  test('of anonymous streams are refused by limitKey', async () => {
    const hub = createHub({ limitKey: (request) => request.headers.get('address') ?? undefined })
    const answers = []
    for (let count = 0; count < 25; count++)
      answers.push((await hub.fetch(post(openBody([]), { address: '192.0.2.1' }))).status)
    expect(answers.filter((status) => status === 429)).toHaveLength(5)
    expect((await hub.fetch(get(''))).status).toBe(200)
  })

  test('of streams that ended while their rule was asked leave nothing', async () => {
    const answers: (() => void)[] = []
    const hub = createHub()
    hub.channel('slow', () => new Promise<boolean>((resolve) => answers.push(() => resolve(true))))
    for (let count = 0; count < 50; count++) {
      const stream = await open(hub, ['slow'])
      await stream.close()
    }
    for (const answer of answers) answer()
    await Promise.resolve()
    expect([hub.connectionCount, hub.activeChannels]).toEqual([0, []])
  })

  test('of wrong bodies are answered in words and stored nowhere', async () => {
    const hub = createHub()
    for (const body of [
      '[]',
      'null',
      '7',
      '{"v":1}',
      '{"conn":{},"rev":1,"channels":[]}',
      '{"__proto__":{"v":1}}',
    ])
      expect([(await hub.fetch(post(body))).status, body]).toEqual([400, body])
    expect(hub.connectionCount).toBe(0)
  })
})

test('what fails inside is 500 and says nothing of it', async () => {
  const onError = vi.fn()
  const hub = createHub({
    onError,
    context() {
      throw new Error('postgres://user:password@host')
    },
  })
  const answer = await hub.fetch(post(openBody([])))
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('postgres')
  expect(onError).toHaveBeenCalledOnce()
})

test('an id of a reader never reaches a line of its own', async () => {
  const hub = createHub()
  hub.channel('a')
  const stream = await read(await hub.fetch(get('channel=a', { 'last-event-id': 'é "x"' })))
  expect(await stream.control('gap')).toMatchObject({ why: 'epoch' })
})
