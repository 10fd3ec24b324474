/** One component's hold on a source: what bindings are made of, without a framework. */
import { createSource, type SharedSourceOptions } from 'tidewire'
import {
  closedSource,
  createSourceHolder,
  createSourcePool,
  holderKey,
  type SourceTarget,
} from 'tidewire/bindings'
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { createScriptedFetch } from '../support/scripted-fetch.js'

withFakeTime()

type Events = Record<string, unknown>

const GRACE = 250
const URL_OF = 'https://api.example/events'

function createTestHolders() {
  const pool = createSourcePool(true)
  const server = createScriptedFetch({ onRequest: (exchange) => exchange.open() })
  const hold = (target: SourceTarget<Events>, options: SharedSourceOptions<Events> = {}) =>
    createSourceHolder<Events>(pool, target, () => ({ fetch: server.fetch, ...options }))
  return { hold, server }
}

const FIELDS = ['state', 'status', 'connected', 'error', 'latest', 'messages', 'lastEventId']

test('reads every field of its source', async () => {
  const { hold, server } = createTestHolders()
  const holder = hold(URL_OF)
  const stop = holder.watch(() => {})
  await settle()
  server.live[0]?.send('id: 7\nevent: tick\ndata: one\n\n')
  await settle()
  const message = { type: 'tick', data: 'one', id: '7' }
  expect(Object.fromEntries(FIELDS.map((field) => [field, holder.read(field)]))).toEqual({
    state: { status: 'open', since: Date.now() },
    status: 'open',
    connected: true,
    error: undefined,
    latest: message,
    messages: [message],
    lastEventId: '7',
  })
  expect(holder.read('latestOf', 'tick')).toEqual(message)
  expect(holder.read('latestOf', 'tock')).toBeUndefined()
  expect(holder.read('source')).toBe(holder.source)
  expect(holder.read('close')).toBe(holder.source.close)
  stop()
})

test('idle is what a source shows before it was opened, field for field', () => {
  const { hold } = createTestHolders()
  const holder = hold(URL_OF)
  for (const field of [...FIELDS, 'source', 'connect'])
    expect(holder.idle(field)).toBe(holder.read(field))
  expect(holder.idle('latestOf', 'tick')).toBe(holder.read('latestOf', 'tick'))
})

test('stays idle where there is nothing to hold, and opens nothing', async () => {
  const { hold, server } = createTestHolders()
  const holder = hold(null)
  const changed = vi.fn()
  const stop = holder.watch(changed)
  holder.source.connect()
  holder.source.reconnect()
  expect(FIELDS.map((field) => holder.read(field))).toEqual(
    FIELDS.map((field) => hold(URL_OF).idle(field)),
  )
  expect(holder.source).toBe(closedSource())
  for await (const _ of holder.source) expect.unreachable()
  stop()
  await advance(GRACE)
  expect(changed).not.toHaveBeenCalled()
  expect(server.exchanges).toHaveLength(0)
})

test('tells of every change once, beginning with what is', async () => {
  const { hold, server } = createTestHolders()
  const holder = hold(URL_OF)
  const seen: unknown[] = []
  const stop = holder.watch(() => seen.push([holder.read('status'), holder.read('latest')]))
  await settle()
  server.live[0]?.send('data: 1\n\ndata: 2\n\n')
  await settle()
  stop()
  await advance(GRACE)
  expect(seen).toEqual([
    ['idle', undefined],
    ['connecting', undefined],
    ['open', undefined],
    ['open', { type: 'message', data: '2', id: '' }],
  ])
})

describe('coming back', () => {
  test('finds what others hold meanwhile', async () => {
    const { hold, server } = createTestHolders()
    const away = hold(URL_OF)
    const leave = away.watch(() => {})
    await settle()
    leave()
    await advance(GRACE)
    const other = hold(URL_OF)
    const stops = [other.watch(() => {})]
    await settle()
    expect(other.source).not.toBe(away.source)
    stops.push(away.watch(() => {}))
    expect(away.source).toBe(other.source)
    await settle()
    expect(server.live).toHaveLength(1)
    for (const stop of stops) stop()
  })

  test('alone, shares its source with who comes next', async () => {
    const { hold } = createTestHolders()
    const away = hold(URL_OF)
    const { source } = away
    const leave = away.watch(() => {})
    await settle()
    leave()
    await advance(GRACE)
    const stop = away.watch(() => {})
    expect(away.source).toBe(source)
    expect(hold(URL_OF).source).toBe(source)
    stop()
  })

  test('keeps a source that was closed', async () => {
    const { hold } = createTestHolders()
    const closed = hold(URL_OF)
    const stops = [closed.watch(() => {})]
    await settle()
    closed.source.close()
    const other = hold(URL_OF)
    stops.push(other.watch(() => {}))
    stops.shift()?.()
    stops.push(closed.watch(() => {}))
    expect(closed.read('status')).toBe('closed')
    expect(other.source).not.toBe(closed.source)
    for (const stop of stops) stop()
  })
})

describe('the key of a target', () => {
  const source = createSource<Events>(URL_OF)
  const same: [
    string,
    Parameters<typeof holderKey<Events>>,
    Parameters<typeof holderKey<Events>>,
  ][] = [
    ['nothing', [null], [undefined]],
    ['a url in either form', [URL_OF], [new URL(URL_OF)]],
    ['a body of the same JSON', ['/', { body: { a: [1] } }], ['/', { body: { a: [1] } }]],
    ['functions', ['/', { body: () => 'a', headers: () => ({}) }], ['/', { body: () => 'b' }]],
    ['other options', ['/', { history: 1 }], ['/', { history: 2 }]],
    ['one key', ['/a', { key: 'k' }], ['/b', { key: 'k' }]],
    ['one source', [source], [source]],
  ]
  test.each(same)('is the same for %s', (_, one, other) => {
    expect(holderKey(...one)).toBe(holderKey(...other))
  })

  const different: typeof same = [
    ['urls', ['/a'], ['/b']],
    ['methods', ['/', { method: 'POST' }], ['/', { method: 'PUT' }]],
    ['bodies', ['/', { body: { a: 1 } }], ['/', { body: { a: 2 } }]],
    ['texts and objects', ['/', { body: '{}' }], ['/', { body: {} }]],
    ['keys', ['/', { key: 'a' }], ['/', { key: 'b' }]],
    ['sources', [source], [createSource<Events>(URL_OF)]],
    ['a url and nothing', ['/'], [null]],
  ]
  test.each(different)('differs for other %s', (_, one, other) => {
    expect(holderKey(...one)).not.toBe(holderKey(...other))
  })
})

test.each([7, {}, true, () => '/'])('%o is no target', (target) => {
  const { hold } = createTestHolders()
  expect(() => hold(target as never)).toThrow(
    /^useSSE: the url is a string or a URL, or null to wait, not/,
  )
})
