/** Sources shared by what they request, for as long as somebody holds them. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { effect, type SharedSourceOptions } from 'tidewire'
import { createSourcePool, type PooledSource } from 'tidewire/bindings'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { stubPage } from '../support/fake-page.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { createScriptedFetch } from '../support/scripted-fetch.js'
import { ENDPOINT, numbered, send, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

type Options = SharedSourceOptions<Record<string, unknown>>

const GRACE = 250

function createTestPool(shares = true) {
  const pool = createSourcePool(shares)
  const server = createScriptedFetch()
  const find = (url: string | URL = ENDPOINT, options: Options = {}) =>
    pool.find<Record<string, unknown>>(url, () => ({ fetch: server.fetch, ...options }))
  /** Watches, and returns how to stop. */
  const watch = ({ source }: PooledSource<Record<string, unknown>>) => {
    const stop = effect(() => void source.latest.value)
    onTestFinished(() => source.close())
    return stop
  }
  return { find, watch, server }
}

describe('the same source', () => {
  const signal = new AbortController().signal
  const alike: [string, Options, Options][] = [
    ['nothing in particular', {}, {}],
    ['a default, said or not', {}, { method: 'GET', credentials: 'same-origin' }],
    ['a method in any case', { method: 'get' }, { method: 'GET' }],
    ['undefined as good as absent', { lastEventId: undefined, history: undefined }, {}],
    ['options in any order', { history: 5, queue: 6 }, { queue: 6, history: 5 }],
    [
      'headers in any form and order',
      { headers: { 'X-One': 'a', accept: 'b' } },
      { headers: new Headers({ accept: 'b', 'x-one': 'a' }) },
    ],
    ['headers as pairs', { headers: { 'X-One': 'a' } }, { headers: [['x-one', 'a']] }],
    ['any functions', { onDiagnostic: () => {}, parse: () => 1 }, { retryOn: () => true }],
    ['any schemas', { schema: {} }, { schema: { message: {} as never } }],
    ['one signal', { signal }, { signal }],
    ['one key, whatever else differs', { key: 'a', history: 1 }, { key: 'a', body: {} }],
  ]
  test.each(alike)('is found for %s', (_, one, other) => {
    const { find } = createTestPool()
    expect(find(ENDPOINT, one)).toBe(find(ENDPOINT, other))
  })

  test('is found for one address in any form', () => {
    stubPage({ baseURI: 'https://api.example/app/' })
    const { find } = createTestPool()
    const first = find('/events')
    for (const url of [
      '../events',
      'https://API.example:443/events',
      new URL('/events', 'https://api.example'),
    ])
      expect(find(url)).toBe(first)
  })
})

describe('another source', () => {
  const different: [string, Options, Options][] = [
    ['credentials', {}, { credentials: 'include' }],
    ['headers', { headers: { a: '1' } }, { headers: { a: '2' } }],
    [
      'the case of a header’s value',
      { headers: { a: 'Bearer x' } },
      { headers: { a: 'bearer X' } },
    ],
    ['a cursor to start from', { lastEventId: '1' }, { lastEventId: '2' }],
    ['history', { history: 1 }, { history: 2 }],
    ['parse', { parse: 'json' }, { parse: 'text' }],
    ['signals', { signal: new AbortController().signal }, { signal: new AbortController().signal }],
    ['keys', { key: 'a' }, { key: 'b' }],
    ['a key and none', { key: 'a' }, {}],
  ]
  test.each(different)('is found for other %s', (_, one, other) => {
    const { find } = createTestPool()
    expect(find(ENDPOINT, one)).not.toBe(find(ENDPOINT, other))
  })

  test.each([{ method: 'POST' }, { body: { a: 1 } }, { method: 'put' }, { method: 'HEAD' }])(
    'is found at every call with %j',
    (options) => {
      const { find } = createTestPool()
      expect(find(ENDPOINT, options)).not.toBe(find(ENDPOINT, options))
    },
  )

  test('is found for another address, a query included', () => {
    const { find } = createTestPool()
    expect(find(`${ENDPOINT}?room=1`)).not.toBe(find(`${ENDPOINT}?room=2`))
  })

  test('is found at every call where nobody shares', () => {
    const { find } = createTestPool(false)
    expect(find()).not.toBe(find())
    expect(find(ENDPOINT, { key: 'a' })).not.toBe(find(ENDPOINT, { key: 'a' }))
  })

  test('is found by another pool', () => {
    expect(createTestPool().find()).not.toBe(createTestPool().find())
  })

  test('is found once the first was closed for good', async () => {
    const { find, watch } = createTestPool()
    const first = find()
    watch(first)
    await settle()
    first.source.close()
    const second = find()
    expect(second).not.toBe(first)
    expect(second.source.state.peek()).toEqual({ status: 'idle' })
  })
})

describe('a shared source', () => {
  test('costs one request, however many watch it', async () => {
    const { find, watch, server } = createTestPool()
    for (let watcher = 0; watcher < 5; watcher++) watch(find())
    await advance(1000)
    expect(server.exchanges).toHaveLength(1)
  })

  test('is let go of and forgotten when the last one leaves', async () => {
    const { find, watch, server } = createTestPool()
    const first = find()
    const stops = [watch(first), watch(find())]
    const stream = (await server.next()).open()
    await settle()
    await send(stream, numbered(1, 1))
    for (const stop of stops) stop()
    await advance(GRACE - 1)
    expect(find()).toBe(first)
    await advance(1)
    expect(stream.isAborted).toBe(true)
    expect(find()).not.toBe(first)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is not kept open by its verbs', async () => {
    const { find, watch, server } = createTestPool()
    const { source } = find()
    source.connect()
    source.reconnect()
    await advance(1000)
    expect(server.exchanges).toHaveLength(0)
    const stop = watch(find())
    await settle()
    source.connect()
    source.reconnect()
    stop()
    await advance(GRACE)
    expect(server.live).toHaveLength(0)
    source.connect()
    await advance(1000)
    expect(server.live).toHaveLength(0)
  })

  test('uses the functions of its first holder, and of the next when that one has left', async () => {
    const { find, watch, server } = createTestPool()
    const pooled = find()
    const given = (token: string) => () => ({
      fetch: server.fetch,
      headers: () => ({ authorization: token }),
    })
    const leave = pooled.enter(given('first'))
    pooled.enter(given('second'))
    watch(pooled)
    await server.next()
    leave()
    pooled.source.reconnect()
    await server.next()
    expect(server.exchanges.map(({ request }) => request.headers.get('authorization'))).toEqual([
      'first',
      'second',
    ])
  })
})

describe('what cannot be meant', () => {
  test('is refused in the name of the hook', () => {
    const { find } = createTestPool()
    expect(() => find(ENDPOINT, { history: -1 })).toThrow(/^useSSE: the option "history" takes/)
    expect(() => find('http://[no address')).toThrow(TypeError)
  })
})

test('a source that was found but never watched is collected', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import { createSourcePool } from './src/bindings.ts'
        const pool = createSourcePool(true)
        const find = () => new WeakRef(pool.find('http://localhost/', () => ({})).source)
        const collected = async (ref) => {
          for (let turn = 0; turn < 20 && ref.deref(); turn++) {
            await new Promise((resolve) => setTimeout(resolve))
            gc()
          }
          return ref.deref() === undefined
        }
        const kept = pool.find('http://localhost/kept', () => ({}))
        const results = [await collected(find()), await collected(new WeakRef(kept.source))]
        console.log(JSON.stringify([...results, kept.source.status.peek()]))
      `,
      resolveDir: join(import.meta.dirname, '../..'),
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
  })
  const input = outputFiles[0]?.text ?? ''
  const said = execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-'], {
    input,
    encoding: 'utf8',
  })
  expect(JSON.parse(said)).toEqual([true, false, 'idle'])
}, 60_000)
