/** A source in the hands of chance: what its user, its server, its page and time do to it, in any order. */
import { effect } from '@preact/signals-core'
import fc from 'fast-check'
import { vi } from 'vitest'
import type { SourceOptions } from '../../src/channels/source.js'
import type { ConnectionStatus } from '../../src/connection/state.js'
import { type FakePage, stubPage } from './fake-page.js'
import { advance } from './fake-time.js'
import { EVENT_STREAM_HEADERS, type Exchange } from './scripted-fetch.js'
import { openSource, type ScriptedSource } from './scripted-source.js'

/** What is fixed for a life. */
export interface LifeSetting {
  options: Pick<
    SourceOptions,
    'method' | 'heartbeatTimeout' | 'pauseWhenHidden' | 'maxReconnectAttempts' | 'throttle'
  >
  /** `headers` is a promise that somebody settles some day. */
  slowHeaders: boolean
  refresh: 'none' | 'slow' | 'at once' | 'throws'
  /** User code that calls a verb of the source the first time that it is called itself. */
  meddler: Meddler | undefined
}

export interface Meddler {
  by: 'effect' | 'onDiagnostic' | 'on error' | 'on message' | 'retryOn' | 'headers'
  /** Of an effect and of a diagnostic: not before the source has this status. */
  status: ConnectionStatus
  verb: 'connect' | 'disconnect' | 'reconnect' | 'close'
}

export const meddlers: fc.Arbitrary<Omit<Meddler, 'verb'>> = fc.record({
  by: fc.constantFrom('effect', 'onDiagnostic', 'on error', 'on message', 'retryOn', 'headers'),
  status: fc.constantFrom('connecting', 'open', 'waiting', 'paused', 'closed'),
})

export const lifeSettings: fc.Arbitrary<LifeSetting> = fc.record({
  options: fc.record({
    method: fc.constantFrom('GET', 'GET', 'POST'),
    heartbeatTimeout: fc.constantFrom(undefined, 10_000, false as const),
    pauseWhenHidden: fc.constantFrom(undefined, 0, 5000),
    maxReconnectAttempts: fc.constantFrom(undefined, 2),
    throttle: fc.constantFrom(undefined, 500, 'frame' as const),
  }),
  slowHeaders: fc.boolean(),
  refresh: fc.constantFrom('none', 'slow', 'at once', 'throws'),
  meddler: fc.option(
    fc
      .tuple(meddlers, fc.constantFrom('connect', 'disconnect', 'reconnect'))
      .map(([meddler, verb]) => ({ ...meddler, verb })),
    { nil: undefined },
  ),
})

export interface Life extends ScriptedSource {
  readonly page: FakePage
  /** Its signal is the source's. */
  readonly ender: AbortController
  /** How long each wait was when it began, in ms. */
  readonly waits: readonly number[]
  /** Data of what the server sent in whole messages. */
  readonly sent: readonly string[]
  /** How often an option that is a function was asked. */
  asked(): number
  /** The request that has no answer yet. */
  pending(): Exchange | undefined
  /** The response under way. */
  stream(): Exchange | undefined
  act(action: Action): Promise<void> | void
}

/** Of these, what cannot happen now does nothing. */
const ACTIONS = {
  connect: ({ source }) => source.connect(),
  disconnect: ({ source }) => source.disconnect(),
  reconnect: ({ source }) => source.reconnect(),
  watch: ({ source, watchers }) => void watchers.push(source.on('*', () => {})),
  unwatch: ({ watchers }) => watchers.pop()?.(),

  opens: ({ pending }) => pending()?.open(),
  refuses: ({ pending }) => pending()?.cut(),
  'says 204': ({ pending }) => pending()?.respond(204),
  'says 401': ({ pending }) => pending()?.respond(401),
  'says 403': ({ pending }) => pending()?.respond(403),
  'says 503': ({ pending }) => pending()?.respond(503),
  'asks to retry after 20 s': ({ pending }) => pending()?.respond(503, { 'retry-after': '20' }),
  'answers with a page': ({ pending }) => pending()?.respond(200, { 'content-type': 'text/html' }),
  'answers without a body': ({ pending }) => pending()?.respond(200, EVENT_STREAM_HEADERS),

  'sends a message': ({ stream, sent }) => {
    const exchange = stream()
    if (!exchange) return
    const data = `${sent.length}`
    sent.push(data)
    exchange.send(`data: ${data}\n\n`)
  },
  'sends a message with an id': ({ stream, sent }) => {
    const exchange = stream()
    if (!exchange) return
    const data = `${sent.length}`
    sent.push(data)
    exchange.send(`id: ${data}\ndata: ${data}\n\n`)
  },
  'sends an id': ({ stream }) => stream()?.send('id: x\n\n'),
  'sends a comment': ({ stream }) => stream()?.send(': hi\n'),
  'sends a reconnection time': ({ stream }) => stream()?.send('retry: 3000\n\n'),
  ends: ({ stream }) => stream()?.end(),
  breaks: ({ stream }) => stream()?.cut(),

  'an option resolves': ({ gates }) => gates.shift()?.open(),
  'an option rejects': ({ gates }) => gates.shift()?.fail(),

  'goes offline': ({ page }) => page.goOffline(),
  'goes online': ({ page }) => page.goOnline(),
  hides: ({ page }) => page.hide(),
  shows: ({ page }) => page.show(),
  'is restored': ({ page }) => page.dispatch('pageshow'),
  'is resumed': ({ page }) => page.dispatch('resume'),
  sleeps: () => void vi.setSystemTime(Date.now() + 60_000),

  'no time': () => advance(0),
  'a moment': () => advance(1),
  'the grace': () => advance(250),
  'a delay': () => advance(700),
  'a while': () => advance(6000),
  'a minute': () => advance(60_000),
} satisfies Record<string, (life: LifeInside) => unknown>

export type Action = keyof typeof ACTIONS

/** Often something useful, else a life hardly ever begins. */
export const actions: fc.Arbitrary<Action> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom<Action>('opens', 'a delay', 'an option resolves') },
  { weight: 1, arbitrary: fc.constantFrom<Action>('sends a message', 'breaks', 'connect') },
  { weight: 4, arbitrary: fc.constantFrom(...(Object.keys(ACTIONS) as Action[])) },
)

/** Those after which the connection cannot be open any more, where they could happen. */
export const FAILURES: ReadonlySet<Action> = new Set<Action>([
  'refuses',
  'says 204',
  'says 403',
  'says 503',
  'asks to retry after 20 s',
  'answers with a page',
  'ends',
  'breaks',
])

interface Gate {
  open(): void
  fail(): void
}

interface LifeInside extends Life {
  readonly gates: Gate[]
  readonly watchers: (() => void)[]
  readonly sent: string[]
}

/** Connected. The page is stubbed, and what user code throws is swallowed. */
export function beginLife(setting: LifeSetting): Life {
  const { options, slowHeaders, refresh, meddler } = setting
  const page = stubPage()
  vi.stubGlobal('reportError', () => {})
  const ender = new AbortController()
  const gates: Gate[] = []
  let asked = 0

  const gated = <T>(value: T) =>
    new Promise<T>((resolve, reject) => {
      gates.push({ open: () => resolve(value), fail: () => reject(new Error('denied')) })
    })
  const counted = <T>(answer: () => T) => {
    return () => {
      asked++
      return answer()
    }
  }
  const refreshes = {
    none: undefined,
    slow: counted(() => gated(undefined)),
    'at once': counted(() => {}),
    throws: counted(() => {
      throw new Error('denied')
    }),
  }
  let hasMeddled = false
  /** User code of that kind runs. */
  const run = (by: Meddler['by'], status = meddler?.status) => {
    // The first state comes before the source is there.
    if (hasMeddled || !scripted || by !== meddler?.by || status !== meddler.status) return
    hasMeddled = true
    scripted.source[meddler.verb]()
  }
  let scripted: ScriptedSource | undefined
  scripted = openSource({
    ...options,
    signal: ender.signal,
    headers: counted(() => {
      run('headers')
      return slowHeaders ? gated({}) : {}
    }),
    onUnauthorized: refreshes[refresh],
    retryOn: () => void run('retryOn'),
    onDiagnostic: ({ type, status }) => {
      run('onDiagnostic', type === 'state' ? (status as ConnectionStatus) : meddler?.status)
    },
  })
  const { source, server } = scripted
  source.on('error', () => run('on error'))
  source.on('*', () => run('on message'))

  const waits: number[] = []
  effect(() => {
    const state = source.state.value
    if (state.status === 'waiting') waits.push(state.retryAt - Date.now())
  })
  effect(() => run('effect', source.status.value))
  effect(() => void source.latest.value)

  const life: LifeInside = {
    ...scripted,
    page,
    ender,
    waits,
    gates,
    watchers: [],
    sent: [],
    asked: () => asked,
    pending: () => server.live.find(({ isOpen }) => !isOpen),
    stream: () => server.live.find(({ isOpen }) => isOpen),
    act: (action) => ACTIONS[action](life) as Promise<void> | void,
  }
  return life
}
