/**
 * Close at every moment, and what holds at every other moment: properties over random lives of a source.
 *
 * Over 250 lines because all of them are about the same lives.
 */
import { getEventListeners } from 'node:events'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { createSource } from '../../src/channels/source.js'
import type { ConnectionState } from '../../src/connection/state.js'
import {
  type Action,
  actions,
  beginLife,
  FAILURES,
  type Life,
  type LifeSetting,
  lifeSettings,
  type Meddler,
  meddlers,
} from '../support/connection-life.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { openConnection } from '../support/scripted-connection.js'
import { createScriptedFetch } from '../support/scripted-fetch.js'
import { openedSource, openSource } from '../support/scripted-source.js'
import { countSignalListeners } from '../support/signal-listeners.js'

withFakeTime()

const CLOSED: ConnectionState = { status: 'closed', reason: 'user' }

/** What may be under way when the next thing happens. */
const pauses = {
  none: () => {},
  'a microtask': () => Promise.resolve(),
  'some microtasks': async () => {
    for (let n = 0; n < 7; n++) await Promise.resolve()
  },
  'all that needs no time': settle,
}
const pause = fc.constantFrom(...(Object.keys(pauses) as (keyof typeof pauses)[]))

const closings: Record<string, (life: Life) => void> = {
  'close()': ({ source }) => source.close(),
  'its signal': ({ ender }) => ender.abort(),
  // Before the next delivery of a message, or at once where none comes.
  'a listener': ({ source, stream }) => {
    source.on('*', () => source.close())
    stream()?.send('data: last\n\ndata: too late\n\n')
  },
}

/** Nothing of it is left anywhere. */
function expectNothingLeft({ server, page, ender }: Life) {
  expect(server.live).toHaveLength(0)
  expect(vi.getTimerCount()).toBe(0)
  expect(page.listeners).toBe(0)
  expect(getEventListeners(ender.signal, 'abort')).toHaveLength(0)
}

describe('after close, whenever it comes', () => {
  test.each(['close()', 'its signal'])(
    'by %s: no request, no event, no state change, no timer, no listener',
    async (how) => {
      const step = fc.tuple(actions, pause)
      await fc.assert(
        fc.asyncProperty(
          lifeSettings,
          fc.array(step, { maxLength: 25 }),
          fc.array(actions, { maxLength: 8 }),
          async (setting, before, after) => {
            const life = beginLife(setting)
            for (const [action, pause] of before) {
              await life.act(action)
              await pauses[pause]()
            }

            closings[how]?.(life)
            const { source, server, messages, states, asked } = life
            const state = source.state.peek()
            expect(state).toEqual(CLOSED)
            const seen = () => [
              server.exchanges.length,
              messages.length,
              states.length,
              asked(),
              source.lastEventId,
            ]
            const atClose = seen()
            expect(server.live).toHaveLength(0)

            await settle()
            expectNothingLeft(life)
            for (const action of after) {
              await life.act(action)
              await settle()
            }
            expect(seen()).toEqual(atClose)
            expect(source.state.peek()).toBe(state)
            expectNothingLeft(life)
          },
        ),
        { numRuns: 300 },
      )
    },
    60_000,
  )

  test('by a listener: nothing of the chunk comes after it', async () => {
    await fc.assert(
      fc.asyncProperty(lifeSettings, fc.array(actions, { maxLength: 15 }), async (setting, all) => {
        const life = beginLife(setting)
        for (const action of all) {
          await life.act(action)
          await settle()
        }
        const heard = life.messages.length
        const isOpen = life.state().status === 'open'
        closings['a listener']?.(life)
        await settle()
        if (isOpen) expect(life.messages.slice(heard)).toEqual(['last'])
        else life.source.close()
        expect(life.state()).toEqual(CLOSED)
        await settle()
        expectNothingLeft(life)
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})

describe('after close by user code that the connection calls', () => {
  /** With this one each of them is called, whatever chance gives. */
  const simple: LifeSetting = {
    options: {},
    slowHeaders: false,
    refresh: 'none',
    meddler: undefined,
  }
  const callers: Meddler['by'][] = [
    'effect',
    'onDiagnostic',
    'on error',
    'on message',
    'retryOn',
    'headers',
  ]
  test.each(callers)(
    '(%s) nothing more is told and nothing is left',
    async (by) => {
      let closings = 0
      await fc.assert(
        fc.asyncProperty(
          lifeSettings,
          meddlers,
          fc.array(actions, { maxLength: 25 }),
          async (setting, { status }, all) => {
            const life = beginLife({ ...setting, meddler: { by, status, verb: 'close' } })
            const { server, failures, states } = life
            const isClosed = () => {
              const state = life.state()
              return state.status === 'closed' && state.reason === 'user'
            }
            const told = () => [server.exchanges.length, failures.length, states.length]
            await settle()
            if (isClosed()) closings++
            for (const action of all) {
              const before = isClosed() ? told() : undefined
              await life.act(action)
              await settle()
              if (!isClosed()) continue
              if (before) expect(told()).toEqual(before)
              else closings++
              expectNothingLeft(life)
            }
            life.source.close()
            await settle()
            expectNothingLeft(life)
          },
        ),
        {
          numRuns: 100,
          examples: [[simple, { by, status: 'open' }, ['opens', 'sends a message', 'breaks']]],
        },
      )
      expect(closings).toBeGreaterThan(0)
    },
    60_000,
  )

  const HELLO = 'event: hello\ndata: 4000\n\n'
  test.each(['state', 'request', 'silence', 'replaced', 'replacement-failed'])(
    '(a connection that overlaps, told of %s) nothing more is requested',
    async (fact) => {
      let isArmed = fact === 'request'
      let requests = 0
      const { connection, server, facts, states } = openConnection({
        onFact(type) {
          if (type !== fact || !isArmed) return
          requests = server.exchanges.length
          connection.dispatch({ type: 'close' })
        },
      })
      if (fact !== 'request') {
        ;(await server.next()).open().send(HELLO)
        await settle()
        isArmed = true
        if (fact === 'state') server.exchanges[0]?.cut()
        else if (fact === 'silence') await advance(10_000)
        else {
          connection.reconnect()
          const challenger = (await server.next()).open()
          if (fact === 'replaced') challenger.send(HELLO)
          else challenger.cut()
        }
      }
      await settle()
      expect(facts).toContain(fact)
      expect(states.at(-1)).toEqual(CLOSED)
      await advance(60_000)
      expect(server.exchanges).toHaveLength(requests)
      expect(server.live).toHaveLength(0)
      expect(vi.getTimerCount()).toBe(0)
    },
  )

  test('(onDiagnostic) a failure that came with the state is not told afterwards', async () => {
    const { source, server, failures, states } = openSource({
      onDiagnostic({ type, status }) {
        if (type === 'state' && status === 'waiting') source.close()
      },
    })
    ;(await server.next()).cut()
    await settle()
    expect(states.map(({ status }) => status)).toEqual(['idle', 'connecting', 'closed'])
    expect(failures).toEqual([])
  })
})

describe('a late answer', () => {
  test('to a request before close() changes nothing, and its body is released', async () => {
    const { source, server, state } = openSource({ server: createScriptedFetch({ deaf: true }) })
    const late = await server.next()
    source.close()
    late.open().send('data: too late\n\n')
    await settle()
    expect(state()).toEqual(CLOSED)
    expect(late.isAborted).toBe(true)
  })

  test('to a request that was replaced changes nothing, and its body is released', async () => {
    const server = createScriptedFetch({ deaf: true })
    const { source, state, messages } = openSource({ server })
    const late = await server.next()
    source.reconnect()
    const next = await server.next()
    late.open().send('data: too late\n\n')
    await settle()
    expect(state()).toEqual({ status: 'connecting', attempt: 0 })
    expect(late.isAborted).toBe(true)
    next.open().send('data: x\n\n')
    await settle()
    expect(messages).toEqual(['x'])
  })

  test.each(['respond', 'cut'] as const)('that is a failure changes nothing (%s)', async (how) => {
    const server = createScriptedFetch({ deaf: true })
    const { source, state, failures } = openSource({ server })
    const late = await server.next()
    source.reconnect()
    ;(await server.next()).open()
    await settle()
    const before = state()
    if (how === 'respond') late.respond(403)
    else late.cut()
    await settle()
    expect(state()).toBe(before)
    expect(failures).toEqual([])
  })

  test('to an attempt that timed out changes nothing', async () => {
    const server = createScriptedFetch({ deaf: true })
    const { state } = openSource({ server, reconnectDelay: 60_000, maxReconnectDelay: 60_000 })
    const late = await server.next()
    await advance(15_000)
    const waiting = state()
    expect(waiting.status).toBe('waiting')
    late.open()
    await settle()
    expect(state()).toBe(waiting)
    expect(late.isAborted).toBe(true)
  })

  test('of headers or onUnauthorized changes nothing', async () => {
    const server = createScriptedFetch()
    let answer = (_: HeadersInit) => {}
    const headers = () =>
      new Promise<HeadersInit>((resolve) => {
        answer = resolve
      })
    const { source } = openSource({ server, headers })
    await settle()
    source.close()
    answer({})
    await settle()
    expect(server.exchanges).toHaveLength(0)
  })
})

test('a stream collects no listeners, however long it lives and however much it brings', async () => {
  const listeners = countSignalListeners()
  const { stream } = await openedSource({ heartbeatTimeout: 20_000 })
  const live = async () => {
    await advance(10_000)
    stream.send(': still here\n')
    await settle()
  }
  await live()
  const before = listeners()
  expect(before).toBeGreaterThan(0)
  for (let n = 0; n < 200; n++) await live()
  expect(listeners()).toBe(before)
})

describe('until close, whatever happens', () => {
  interface Moment {
    readonly action: Action
    /** What was on the wire before the action. */
    readonly wire: 'stream' | 'request' | 'nothing'
    /** The states that the action led to. */
    readonly led: readonly ConnectionState[]
  }

  /** Runs lives, and shows each moment at which nothing is under way. */
  const always = (
    check: (life: Life, moment: Moment) => void,
    atTheEnd?: (life: Life) => Promise<void>,
    settings = lifeSettings,
  ) =>
    fc.assert(
      fc.asyncProperty(
        settings,
        fc.array(actions, { minLength: 1, maxLength: 30 }),
        async (setting, all) => {
          const life = beginLife(setting)
          await settle()
          for (const action of all) {
            const wire = life.stream() ? 'stream' : life.pending() ? 'request' : 'nothing'
            const before = life.states.length
            await life.act(action)
            await settle()
            check(life, { action, wire, led: life.states.slice(before) })
          }
          await atTheEnd?.(life)
          life.source.close()
          await settle()
        },
      ),
      { numRuns: 300 },
    )

  test('there is one request at most, and the state says what is on the wire', async () => {
    await always(({ server, state, stream }) => {
      const { status } = state()
      const { live } = server
      if (status === 'open') {
        expect(live).toHaveLength(1)
        expect(stream()).toBeDefined()
      } else if (status === 'connecting') {
        // None while an option is asked or credentials are refreshed.
        expect(live.length).toBeLessThanOrEqual(1)
        expect(stream()).toBeUndefined()
      } else expect(live).toHaveLength(0)
    })
  }, 60_000)

  test('every failure ends in waiting or closed', async () => {
    await always(
      (_life, { action, wire, led }) => {
        const onStream = action === 'ends' || action === 'breaks'
        if (!FAILURES.has(action) || wire !== (onStream ? 'stream' : 'request')) return
        expect(['waiting', 'closed']).toContain(led[0]?.status)
      },
      undefined,
      // What user code makes of it at once hides it.
      lifeSettings.map((setting) => ({ ...setting, meddler: undefined })),
    )
  }, 60_000)

  test('every wait is ahead, and no longer than a timer can be', async () => {
    await always(({ waits }) => {
      for (const wait of waits) {
        expect(wait).toBeGreaterThan(0)
        expect(wait).toBeLessThan(2 ** 31)
      }
    })
  }, 60_000)

  test('every message that the server could send was heard, once and in order', async () => {
    await always(({ messages, sent }) => expect(messages).toEqual(sent))
  }, 60_000)

  test('what is not at work listens to nothing and has no timer but a grace and a throttle', async () => {
    await always(({ state, page }) => {
      const now = state()
      const isAtRest =
        now.status === 'idle' ||
        now.status === 'closed' ||
        (now.status === 'paused' && !now.reasons.includes('hidden'))
      if (!isAtRest) return
      expect(page.listeners).toBe(0)
      expect(vi.getTimerCount()).toBeLessThanOrEqual(2)
    })
  }, 60_000)

  test('who connects on a page that is there, before a server that answers, gets a stream', async () => {
    await always(
      () => {},
      async ({ page, source, state, pending, act, messages, sent }) => {
        page.show()
        page.goOnline()
        for (let n = 0; n < 60 && state().status !== 'open'; n++) {
          source.connect()
          await settle()
          await act('an option resolves')
          await settle()
          pending()?.open()
          await settle()
        }
        expect(state().status).toBe('open')
        await act('sends a message')
        await settle()
        expect(messages).toEqual(sent)
      },
    )
  }, 60_000)
})

describe('a signal', () => {
  test('that was aborted before the start: nothing is ever requested', async () => {
    const signal = AbortSignal.abort()
    const { source, server, state } = openSource({ signal })
    expect(state()).toEqual(CLOSED)
    source.connect()
    source.reconnect()
    source.disconnect()
    await settle()
    expect(state()).toEqual(CLOSED)
    expect(server.exchanges).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('that was aborted before the start: who comes and goes leaves no timer', () => {
    const source = createSource('https://api.example/events', { signal: AbortSignal.abort() })
    source.on('*', () => {})()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('that was aborted before the start ends a loop at once', async () => {
    const { source } = openSource({ signal: AbortSignal.abort() })
    for await (const message of source) throw new Error(`no message can come: ${message.type}`)
    expect(source.state.peek()).toEqual(CLOSED)
  })

  test('that aborts between connect() and the request', async () => {
    const ender = new AbortController()
    const { server, state } = openSource({ signal: ender.signal })
    ender.abort()
    expect(state()).toEqual(CLOSED)
    await settle()
    expect(server.exchanges).toHaveLength(0)
  })

  test('that aborts midway closes as close() does, without an error', async () => {
    const ender = new AbortController()
    const { state, stream, failures } = await openedSource({ signal: ender.signal })
    ender.abort(new Error('the page said so'))
    expect(state()).toEqual(CLOSED)
    expect(stream.isAborted).toBe(true)
    await settle()
    expect(failures).toEqual([])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is let go by close()', async () => {
    const ender = new AbortController()
    const { source } = await openedSource({ signal: ender.signal })
    expect(getEventListeners(ender.signal, 'abort').length).toBeGreaterThan(0)
    source.close()
    await settle()
    expect(getEventListeners(ender.signal, 'abort')).toHaveLength(0)
  })

  test('collects nothing over a thousand reconnects', async () => {
    const ender = new AbortController()
    const { source, server } = await openedSource({ signal: ender.signal })
    const before = getEventListeners(ender.signal, 'abort').length
    for (let n = 0; n < 1000; n++) {
      source.reconnect()
      ;(await server.next()).open()
    }
    expect(getEventListeners(ender.signal, 'abort')).toHaveLength(before)
    expect(server.live).toHaveLength(1)
  })
})
