/** Rules, callbacks and readers that do what they should not, and in the worst moment: nobody else is harmed, nothing is left behind. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createHub, type HubOptions } from '../../src/server/index.js'
import { get, open, openBody, openGet, post, type Stream } from '../support/hub-reader.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const byHeader = { identify: (request: Request) => request.headers.get('user') }
const as = (user: string) => ({ user })

/** What came, shortened: control blocks as words, messages as payloads. */
async function story(stream: Stream): Promise<unknown[]> {
  await stream.settled()
  return stream.blocks
    .filter(({ type }) => type === 'hub' || type === 'message')
    .map(({ data }) => {
      const { t, d, channels } = JSON.parse(data)
      return t ? `${t} ${JSON.stringify(channels ?? '')}` : d
    })
}

/** A rule that answers when the test says so. */
function waiting() {
  const answers: ((said: boolean) => void)[] = []
  return { answers, rule: () => new Promise<boolean>((resolve) => answers.push(resolve)) }
}

describe('revoking', () => {
  test.each(['at once', 'by promise'])(
    'by who hears of the join undoes it, where rules answer %s: no replay, no verdict but denied',
    async (how) => {
      const hub = createHub({
        ...byHeader,
        onJoin: ({ channel, principal }) => hub.revoke(channel, principal ?? ''),
      })
      hub.channel('a', () => (how === 'at once' ? true : Promise.resolve(true)))
      hub.channel('quiet', { replay: false })
      await hub.to('a').send('n', 'secret')
      const stream = await open(hub, [{ name: 'a', since: 'earliest' }, 'quiet'], {}, as('ann'))
      const { conn } = await stream.control('hello')
      await vi.advanceTimersByTimeAsync(100)
      await hub.to('a').send('n', 'also secret')
      await hub.to('quiet').send('n', 'also secret')
      const told = await story(stream)
      expect(told.filter((one) => String(one).includes('secret'))).toEqual([])
      expect(told.join()).not.toMatch(/"(ok|volatile)"/)
      expect(hub.activeChannels).toEqual([])
      // What it hears is what is so: asked for again in the same set, it is still denied.
      const channels = [{ name: 'a', since: 'earliest' }, { name: 'quiet' }]
      await hub.fetch(post({ conn, rev: 2, channels }, as('ann')))
      expect((await story(stream)).at(-1)).toContain('"a":"denied"')
    },
  )

  test('is not outrun by a rule that was asked before it', async () => {
    const { answers, rule } = waiting()
    const hub = createHub(byHeader)
    hub.channel('a', rule)
    const ann = await open(hub, [{ name: 'a', since: 'earliest' }], {}, as('ann'))
    const bob = await open(hub, ['a'], {}, as('bob'))
    hub.revoke('a', 'ann')
    for (const answer of answers) answer(true)
    await hub.to('a').send('n', 'secret')
    await vi.advanceTimersByTimeAsync(100)
    expect(await story(ann)).toEqual(['hello ""', 'sub {"a":"denied"}'])
    expect(await story(bob)).toContain('secret')
    expect(hub.subscriberCount('a')).toBe(1)
  })

  test('holds for a rule that took too long and is asked again', async () => {
    const { answers, rule } = waiting()
    const hub = createHub({ ...byHeader, authorizeTimeout: 1000 })
    hub.channel('a', rule)
    const stream = await open(hub, ['a'], {}, as('ann'))
    await vi.advanceTimersByTimeAsync(1100)
    hub.revoke('a')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(answers).toHaveLength(1)
    answers[0]?.(true)
    expect(await story(stream)).toEqual([
      'hello ""',
      'sub {"a":"unavailable"}',
      'sub {"a":"denied"}',
    ])
    expect(hub.activeChannels).toEqual([])
  })

  test('is not outrun in native form, either', async () => {
    const { answers, rule } = waiting()
    const hub = createHub(byHeader)
    hub.channel('a', rule)
    const answer = hub.fetch(get('channel=a&mode=native', as('ann')))
    await vi.advanceTimersByTimeAsync(10)
    hub.revoke('a', 'ann')
    answers[0]?.(true)
    await vi.advanceTimersByTimeAsync(10)
    answers[1]?.(false)
    expect((await answer).status).toBe(403)
    expect(hub.connectionCount).toBe(0)
  })

  test('in the middle of a catch-up ends it', async () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    const filler = 'x'.repeat(20_000)
    for (let n = 0; n < 50; n++) void hub.to('a').send('n', `${n} ${filler}`)
    const answer = await hub.fetch(post(openBody([{ name: 'a', since: 'earliest' }]), as('ann')))
    hub.revoke('a', 'ann')
    const text = new TextDecoder()
    let seen = ''
    const reader = answer.body?.getReader()
    for (let reads = 0; reads < 60; reads++) {
      const late = vi.advanceTimersByTimeAsync(1).then(() => undefined)
      const read = await Promise.race([reader?.read(), late])
      if (read?.value) seen += text.decode(read.value, { stream: true })
    }
    expect(seen).toContain('"t":"revoked"')
    expect(seen.split('"t":"revoked"')[1]).not.toContain('"c":"a"')
    expect(seen).not.toContain('"a":"ok"')
    await reader?.cancel()
  })
})

describe('a rule', () => {
  test.each<[string, unknown]>([
    ['a number', 1],
    ['a text', 'true'],
    ['a user', { id: 'ann' }],
    ['a list', [true]],
    ['an ok that is not true', { ok: 1 }],
    ['a time that is none', { ok: true, expiresAt: 'tomorrow' }],
    ['a promise of nonsense', Promise.resolve('yes')],
  ])('that answers %s grants nothing, and onError hears why', async (_, said) => {
    const onError = vi.fn()
    const hub = createHub({ onError })
    hub.channel('a', (() => said) as never)
    const stream = await open(hub, ['a'])
    expect((await stream.control('sub')).channels).toEqual({ a: 'denied' })
    expect(onError).toHaveBeenCalledOnce()
    expect(onError.mock.lastCall?.[0]).toBeInstanceOf(TypeError)
  })

  test.each([false, null, undefined, { ok: false }, { ok: true, expiresAt: 0 }])(
    'that answers %j is no, and no fault',
    async (said) => {
      const onError = vi.fn()
      const hub = createHub({ onError })
      hub.channel('a', (() => said) as never)
      const stream = await open(hub, ['a'])
      expect((await stream.control('sub')).channels).toEqual({ a: 'denied' })
      expect(onError).not.toHaveBeenCalled()
    },
  )

  test.each<[string, (hub: { close(): unknown }) => unknown]>([
    [
      'throws',
      () => {
        throw new Error('of the rule')
      },
    ],
    [
      'throws nothing',
      () => {
        throw undefined
      },
    ],
    [
      'is a thenable that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        then() {
          throw new Error('of the rule')
        },
      }),
    ],
    [
      'has a "then" that throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        get then() {
          throw new Error('of the rule')
        },
      }),
    ],
    ['never answers', () => new Promise(() => {})],
    [
      'calls back twice',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the point
        then(grant: (said: boolean) => void) {
          grant(false)
          grant(true)
        },
      }),
    ],
  ])('that %s leaves the others running', async (_, rule) => {
    const hub = createHub({ onError() {} })
    hub.channel('odd', rule as never)
    hub.channel('fine')
    const stream = await open(hub, ['odd', 'fine'])
    await vi.advanceTimersByTimeAsync(6000)
    await hub.to('fine').send('n', 1)
    expect(await stream.message()).toMatchObject({ c: 'fine', d: 1 })
    expect(hub.activeChannels).toEqual(['fine'])
    await hub.close()
    await vi.advanceTimersByTimeAsync(200)
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each(['onJoin', 'rule', 'onDiagnostic'])(
    'or callback that closes the hub in the middle leaves no timer and no stream: %s',
    async (where) => {
      const close = (what: string) => {
        if (what === where) void hub.close()
      }
      const options: HubOptions = {
        heartbeat: 15_000,
        onJoin: () => close('onJoin'),
        onDiagnostic: ({ type }) => type === 'opened' && close('onDiagnostic'),
      }
      const hub = createHub(options)
      hub.channel('lively', { heartbeat: 1000 })
      hub.channel('a', () => {
        close('rule')
        return true
      })
      hub.channel('b', async () => true)
      const stream = await open(hub, ['lively', 'a', 'b'], { last: 'old.1' })
      expect(await stream.ended).toBe('end')
      await vi.advanceTimersByTimeAsync(120_000)
      expect([hub.connectionCount, hub.activeChannels, vi.getTimerCount()]).toEqual([0, [], 0])
    },
  )
})

describe('identify', () => {
  test('may give the same refusal to everybody', async () => {
    const refusal = new Response('Log in first.', { status: 403 })
    const hub = createHub({ identify: () => refusal })
    for (let count = 0; count < 3; count++) {
      const answer = await hub.fetch(get('channel=a'))
      expect([answer.status, await answer.text()]).toEqual([403, 'Log in first.'])
    }
  })

  test('that gives a refusal which was read, or is none, is a fault of the server', async () => {
    const read = new Response('read')
    await read.text()
    for (const refusal of [read, Response.error()]) {
      const onError = vi.fn()
      const hub = createHub({ identify: () => refusal, onError })
      expect((await hub.fetch(get('channel=a'))).status).toBe(500)
      expect(onError).toHaveBeenCalledOnce()
    }
  })
})

describe('limits', () => {
  test('by limitKey count nobody of whom there is no key', async () => {
    const hub = createHub({
      limitKey: (request) => request.headers.get('address'),
      limits: { connectionsPerPrincipal: 1 },
    })
    for (let count = 0; count < 3; count++) expect((await hub.fetch(get(''))).status).toBe(200)
  })

  test('of changes are not used up by who stole a connection id, and tell nothing of it', async () => {
    const hub = createHub(byHeader)
    hub.channel('a')
    const stream = await open(hub, [], {}, as('ann'))
    const { conn } = await stream.control('hello')
    for (let rev = 2; rev < 80; rev++) {
      const answer = await hub.fetch(post({ conn, rev, channels: [] }, as('bob')))
      expect(answer.status).toBe(410)
    }
    const own = await hub.fetch(post({ conn, rev: 2, channels: [{ name: 'a' }] }, as('ann')))
    expect(own.status).toBe(202)
  })

  test('of an event hold for its type, too', () => {
    const hub = createHub({ limits: { eventSize: 1000 } })
    hub.channel('a')
    expect(() => hub.to('a').send('x'.repeat(1001), 1)).toThrow(RangeError)
    expect(() => hub.to('a').send('ä'.repeat(501), 1)).toThrow(/the type is larger than 1000 bytes/)
    expect(() => hub.to('a').send('ä'.repeat(500), 1)).not.toThrow()
  })
})

test('an image, a script or a link on another site opens no stream', async () => {
  const hub = createHub()
  hub.channel('a')
  const site = (value: string, mode: string) => ({
    accept: 'image/avif,*/*;q=0.8',
    'sec-fetch-site': value,
    'sec-fetch-mode': mode,
  })
  for (const [value, mode] of [
    ['cross-site', 'no-cors'],
    ['same-site', 'no-cors'],
    ['cross-site', 'navigate'],
  ] as const)
    expect((await hub.fetch(get('channel=a', site(value, mode)))).status).toBe(403)
  expect(hub.connectionCount).toBe(0)
  for (const [value, mode] of [
    ['same-origin', 'cors'],
    ['none', 'navigate'],
  ] as const)
    expect((await hub.fetch(get('channel=a', site(value, mode)))).status).toBe(200)
})

test('a cursor of the right epoch and an odd position loses nothing', async () => {
  const hub = createHub()
  hub.channel('a')
  const { id } = await hub.to('a').send('n', 1)
  for (const n of [2, 3]) await hub.to('a').send('n', n)
  for (const odd of [`${id}-0`, `${id}-7-9`, `${id}-99999999999999999999`]) {
    const stream = await open(hub, ['a'], { last: odd })
    expect(await story(stream)).toEqual(['hello ""', 2, 3, 'sub {"a":"ok"}'])
    await stream.close()
  }
  const ahead = await openGet(hub, 'channel=a', {
    'last-event-id': `${id.replace(/\d+$/, '')}${'9'.repeat(60)}`,
  })
  expect((await ahead.control('gap')).why).toBe('rewound')
})
