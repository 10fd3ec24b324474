import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { ChannelError } from '../../src/errors.js'
import { createHub } from '../../src/server/index.js'
import { open, openBody, post } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const byHeader = { identify: (request: Request) => request.headers.get('user') }
const as = (user: string) => ({ user })

describe('sending', () => {
  const build = () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    hub.channel('users/:id')
    return hub
  }

  test('resolves with the id, by send, data and the handle of a channel', async () => {
    const hub = createHub()
    const news = hub.channel('news')
    const stream = await open(hub, ['news'])
    await hub.to('news').send('alert', { level: 'info' })
    await hub.to('news').data(7)
    const { id } = await news.send({ type: 'x', data: [1] })
    expect(await stream.message()).toMatchObject({ e: 'alert', d: { level: 'info' } })
    expect(await stream.message()).toMatchObject({ e: 'message', d: 7 })
    expect(await stream.message()).toMatchObject({ e: 'x', d: [1], id })
    expect(news.count()).toBe(1)
  })

  test('throws at once for what cannot be sent', () => {
    const hub = build()
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(() => hub.to('nowhere')).toThrow(ChannelError)
    expect(() => hub.to('nowhere')).toThrow(/Declare it/)
    expect(() => hub.to('users/:id' as 'users/7')).toThrow(TypeError)
    expect(() => hub.to('a\nb')).toThrow(TypeError)
    expect(() => hub.to('a').send('x\ny')).toThrow(TypeError)
    expect(() => hub.to('a').send('')).toThrow(TypeError)
    expect(() => hub.to('a').send('hub')).toThrow(/hub's own/)
    expect(() => hub.to('a').send('x', circle)).toThrow(TypeError)
    expect(() => hub.to('a').send('x', () => {})).toThrow(TypeError)
    expect(() => hub.to('a').send('x', 'y'.repeat(256 * 1024))).toThrow(RangeError)
    expect(() => hub.to('a').send('x', 'ü'.repeat(128 * 1024))).toThrow(RangeError)
    expect(() => hub.to('a').send('x', 'y'.repeat(256 * 1024 - 2))).not.toThrow()
  })

  test('keeps it from client ids, connection ids and principal ids, in replay too', async () => {
    const hub = build()
    const cid = 'c~0123456789abcdef'
    const ann = await open(hub, ['a'], {}, as('ann'))
    const bob = await open(hub, ['a'], { cid }, as('bob'))
    const cleo = await open(hub, ['a'], {}, as('cleo'))
    const { conn } = await cleo.control('hello')
    const { id } = await ann.control('sub')
    await hub.to('a').except('ann', cid).except(conn, 7).send('n', 1)
    await hub.to('a').send('n', 2)
    for (const stream of [ann, bob, cleo]) expect(await stream.message()).toMatchObject({ d: 2 })
    const dora = await open(hub, ['a'], { last: id }, as('dora'))
    expect(await dora.message()).toMatchObject({ d: 1 })
    const again = await open(hub, ['a'], { last: id, cid }, as('bob'))
    expect(await again.message()).toMatchObject({ d: 2 })
  })

  test('goes to some alone, in replay too', async () => {
    const hub = build()
    const ann = await open(hub, ['a'], {}, as('ann'))
    const bob = await open(hub, ['a'], {}, as('bob'))
    const { id } = await bob.control('sub')
    await hub.to('a').only('ann').send('n', 1)
    await hub.to('a').send('n', 2)
    expect(await ann.message()).toMatchObject({ d: 1 })
    expect(await bob.message()).toMatchObject({ d: 2 })
    const again = await open(hub, ['a'], { last: id }, as('bob'))
    expect(await again.message()).toMatchObject({ d: 2 })
  })

  test('keeps the order even where a reader of facts sends', async () => {
    const hub = createHub({
      limits: { backlog: 1 },
      onDiagnostic: ({ type }) => {
        if (type === 'closed') void hub.to('a').send('n', 'of the fact')
      },
    })
    hub.channel('a')
    const stalled = await hub.fetch(post(openBody(['a'])))
    const stream = await open(hub, ['a'])
    const body = 'x'.repeat(70_000)
    const sent: unknown[] = []
    for (let count = 0; count < 4; count++) {
      await hub.to('a').send('n', `${count}${body}`)
      await stream.settled()
    }
    while (sent.length < 5) sent.push(String((await stream.message()).d).slice(0, 1))
    expect(sent.filter((first) => first !== 'o')).toEqual(['0', '1', '2', '3'])
    expect(stalled.status).toBe(200)
  })

  test('a task tells its progress, and its failure without its text', async () => {
    const onError = vi.fn()
    const hub = createHub({ onError })
    hub.channel('upload/:id')
    const stream = await open(hub, ['upload/1'])
    await hub.to('upload/1').progress(async (update) => {
      update(50, 'half')
      await Promise.resolve()
    })
    await hub.to('upload/1').progress(() => {
      throw new Error('password of the database')
    })
    await hub.to('upload/1').progress(() => Promise.reject(new Error('too big')), {
      errorMessage: (error) => (error as Error).message,
    })
    const told = []
    for (let count = 0; count < 4; count++) told.push(await stream.message())
    expect(told).toMatchObject([
      { e: 'progress', d: { percent: 50, message: 'half' } },
      { e: 'complete', d: { percent: 100 } },
      { e: 'error', d: { message: 'failed' } },
      { e: 'error', d: { message: 'too big' } },
    ])
    expect(onError).toHaveBeenCalledTimes(2)
  })

  test('a task whose failure has a text that cannot be sent fails without it', async () => {
    const onError = vi.fn()
    const hub = createHub({ onError })
    hub.channel('upload/:id')
    const stream = await open(hub, ['upload/1'])
    const thrown = new Error('large')
    await hub.to('upload/1').progress(() => Promise.reject(thrown), {
      errorMessage: () => 'x'.repeat(300_000),
    })
    expect(await stream.message()).toMatchObject({ e: 'error', d: { message: 'failed' } })
    expect(onError.mock.calls).toEqual([[thrown], [expect.any(RangeError)]])
  })
})

describe('declaring', () => {
  test('adds headers of a channel to the response that opens with it', async () => {
    const hub = createHub()
    hub.channel('a', { headers: { 'x-build': '7', 'content-type': 'text/html' } })
    const { headers } = await hub.fetch(post(openBody(['a'])))
    expect(headers.get('x-build')).toBe('7')
    expect(headers.get('content-type')).toContain('text/event-stream')
  })

  test('refuses numbers and origins that cannot be meant', () => {
    expect(() => createHub({ heartbeat: 0 })).toThrow(RangeError)
    expect(() => createHub({ limits: { backlog: Number.NaN } })).toThrow(/limits.backlog/)
    expect(() => createHub().channel('a', { heartbeat: -1 })).toThrow(RangeError)
    expect(() => createHub({ cors: 'https://example.com/' })).toThrow(/no origin/)
    expect(() => createHub({ limits: { bodySize: 1000 } })).toThrow(/bodySize is 1000.*65536/)
    for (const bad of [0, -1, Number.NaN, '5' as unknown as number])
      for (const name of ['maxAge', 'maxEvents', 'maxBytes'])
        expect(() => createHub({ log: { [name]: bad } })).toThrow(
          new RegExp(`^createHub: log.${name} is ${bad}`),
        )
    createHub({ log: { maxAge: Number.POSITIVE_INFINITY, maxEvents: undefined } })
    const { drain } = createHub()
    for (const over of [Number.NaN, Number.POSITIVE_INFINITY, -1, '9' as unknown as number])
      expect(() => drain({ over })).toThrow(RangeError)
  })

  test.each<[string, object]>([
    ['identify is a string', { identify: 'ann' }],
    ['onError is a object', { onError: null }],
    ['"append" and "read"', { log: { append() {} } }],
    ['"append" and "read"', { log: { append: 1, read: 2 } }],
  ])('refuses a hub where %s', (said, options) => {
    expect(() => createHub(options)).toThrow(TypeError)
    expect(() => createHub(options)).toThrow(said)
  })

  test.each<[string, unknown]>([
    ['there is no option "authorise"', { authorise: () => false }],
    ['authorize is a string', { authorize: 'admin' }],
    ['a function or an object, not null', null],
    ['a function or an object, not admin', 'admin'],
    ['replay is a string', { replay: 'false' }],
    ['heartbeat is 5', { heartbeat: '5' }],
    ['headers cannot be sent', { headers: { 'x y': '1' } }],
  ])('refuses a rule that would not be what was meant: %s', (said, rule) => {
    const hub = createHub()
    expect(() => hub.channel('a', rule as object)).toThrow(said)
    // Refused, it may be declared anew.
    hub.channel('a')
  })
})
