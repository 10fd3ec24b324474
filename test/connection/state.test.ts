/**
 * Every state of a connection under every event.
 *
 * Over 250 lines because the table is complete: one cell for each state and event, so that a new one of either does not compile
 * until all its cells are written.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type ConnectionEvent,
  type ConnectionState,
  type ConnectionStatus,
  IDLE,
  isActive,
  type PauseReason,
  transition,
} from '../../src/connection/state.js'
import { ConnectionError } from '../../src/errors.js'

type EventType = ConnectionEvent['type']
/** The state after the event. 'same' is the very object, so that whoever compares references sees that nothing changed. */
type Expected = ConnectionState | 'same'

const failure = new ConnectionError('network', 'No response.')
const fatal = new ConnectionError('request', 'No request can be made.')

const EVENTS: { readonly [T in EventType]: ConnectionEvent & { readonly type: T } } = {
  hold: { type: 'hold' },
  release: { type: 'release' },
  connect: { type: 'connect' },
  disconnect: { type: 'disconnect' },
  reconnect: { type: 'reconnect' },
  close: { type: 'close' },
  ready: { type: 'ready', at: 5000 },
  wait: { type: 'wait', attempt: 4, retryAt: 9000, offline: false, error: failure },
  due: { type: 'due' },
  replace: { type: 'replace', attempt: 1 },
  lost: { type: 'lost', attempt: 2 },
  end: { type: 'end' },
  fail: { type: 'fail', error: fatal },
  hide: { type: 'hide' },
  show: { type: 'show' },
}

const pausedBy = (...reasons: PauseReason[]): ConnectionState => ({ status: 'paused', reasons })

const idle = IDLE
const firstTry: ConnectionState = { status: 'connecting', attempt: 0 }
const waiting: ConnectionState = {
  status: 'waiting',
  attempt: 4,
  retryAt: 9000,
  offline: false,
  error: failure,
}
const closedByUser: ConnectionState = { status: 'closed', reason: 'user' }
const closedByServer: ConnectionState = { status: 'closed', reason: 'server' }
const failed: ConnectionState = { status: 'closed', reason: 'failed', error: fatal }

/** Every status, in each form that may answer differently. */
const STATES = {
  idle: { plain: idle },
  connecting: { again: { status: 'connecting', attempt: 3 } },
  open: { plain: { status: 'open', since: 1000 } },
  waiting: {
    afterFailure: { status: 'waiting', attempt: 3, retryAt: 2000, offline: true, error: failure },
    afterPlannedEnd: { status: 'waiting', attempt: 0, retryAt: 2000, offline: false },
  },
  paused: {
    user: pausedBy('user'),
    hidden: pausedBy('hidden'),
    both: pausedBy('hidden', 'user'),
  },
  closed: { user: closedByUser, server: closedByServer, failed },
} satisfies Record<ConnectionStatus, Record<string, ConnectionState>>

type Table = {
  readonly [S in ConnectionStatus]: {
    readonly [Form in keyof (typeof STATES)[S]]: Record<EventType, Expected>
  }
}

const TABLE: Table = {
  idle: {
    plain: {
      hold: firstTry,
      release: 'same',
      connect: firstTry,
      disconnect: pausedBy('user'),
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: 'same',
    },
  },
  connecting: {
    again: {
      hold: 'same',
      release: idle,
      connect: 'same',
      disconnect: pausedBy('user'),
      // Equal, but not the same: the request under way is given up for another.
      reconnect: { status: 'connecting', attempt: 3 },
      close: closedByUser,
      ready: { status: 'open', since: 5000 },
      wait: waiting,
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: closedByServer,
      fail: failed,
      hide: pausedBy('hidden'),
      show: 'same',
    },
  },
  open: {
    plain: {
      hold: 'same',
      release: idle,
      connect: 'same',
      disconnect: pausedBy('user'),
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: waiting,
      due: 'same',
      replace: { status: 'connecting', attempt: 1 },
      lost: { status: 'connecting', attempt: 2 },
      end: closedByServer,
      fail: failed,
      hide: pausedBy('hidden'),
      show: 'same',
    },
  },
  waiting: {
    afterFailure: {
      hold: 'same',
      release: idle,
      connect: { status: 'connecting', attempt: 3 },
      disconnect: pausedBy('user'),
      reconnect: { status: 'connecting', attempt: 3 },
      close: closedByUser,
      ready: 'same',
      // The network went away meanwhile: another wait.
      wait: waiting,
      due: { status: 'connecting', attempt: 3 },
      replace: 'same',
      lost: 'same',
      end: closedByServer,
      fail: failed,
      hide: pausedBy('hidden'),
      show: 'same',
    },
    afterPlannedEnd: {
      hold: 'same',
      release: idle,
      connect: firstTry,
      disconnect: pausedBy('user'),
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: waiting,
      due: firstTry,
      replace: 'same',
      lost: 'same',
      end: closedByServer,
      fail: failed,
      hide: pausedBy('hidden'),
      show: 'same',
    },
  },
  paused: {
    user: {
      hold: 'same',
      // The user said so: it stays paused for whoever watches next.
      release: 'same',
      connect: firstTry,
      disconnect: 'same',
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: pausedBy('user', 'hidden'),
      show: 'same',
    },
    hidden: {
      hold: 'same',
      release: idle,
      connect: 'same',
      disconnect: pausedBy('hidden', 'user'),
      reconnect: 'same',
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: firstTry,
    },
    both: {
      hold: 'same',
      release: 'same',
      connect: pausedBy('hidden'),
      disconnect: 'same',
      reconnect: pausedBy('hidden'),
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: pausedBy('user'),
    },
  },
  closed: {
    user: {
      hold: 'same',
      release: 'same',
      connect: 'same',
      disconnect: 'same',
      reconnect: 'same',
      close: 'same',
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: 'same',
    },
    server: {
      hold: 'same',
      release: 'same',
      connect: firstTry,
      disconnect: 'same',
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: 'same',
    },
    failed: {
      hold: 'same',
      release: 'same',
      connect: firstTry,
      disconnect: 'same',
      reconnect: firstTry,
      close: closedByUser,
      ready: 'same',
      wait: 'same',
      due: 'same',
      replace: 'same',
      lost: 'same',
      end: 'same',
      fail: 'same',
      hide: 'same',
      show: 'same',
    },
  },
}

/** The table's cells, and its states, without their places. */
const FORMS: [string, ConnectionState][] = Object.entries(STATES).flatMap(([status, forms]) =>
  Object.entries(forms).map(([form, state]): [string, ConnectionState] => [
    form === 'plain' ? status : `${status} (${form})`,
    state,
  ]),
)
const ROWS: Record<EventType, Expected>[] = Object.values(TABLE).flatMap((forms) =>
  Object.values(forms),
)
const eventTypes = Object.keys(EVENTS) as EventType[]

describe.each(FORMS.map(([name, state], index) => ({ name, state, row: ROWS[index]! })))(
  '$name',
  ({ state, row }) => {
    test.each(eventTypes)('under %s', (type) => {
      const expected = row[type]
      const next = transition(state, EVENTS[type])
      if (expected === 'same') expect(next).toBe(state)
      else {
        expect(next).toEqual(expected)
        expect(next).not.toBe(state)
      }
    })
  },
)

describe('a wait without an error', () => {
  test('has no key for it', () => {
    const { error: _, ...planned } = EVENTS.wait
    const next = transition({ status: 'open', since: 0 }, { ...planned, error: undefined })
    expect(Object.keys(next)).toEqual(['status', 'attempt', 'retryAt', 'offline'])
  })
})

describe('a connection is at work', () => {
  test.each(FORMS)('or not when %s', (name, state) => {
    const isWorking =
      ['connecting', 'open', 'waiting'].includes(state.status) || /hidden|both/.test(name)
    expect(isActive(state)).toBe(isWorking)
  })
})

describe('whatever happens', () => {
  const anyEvent = fc.oneof(
    fc.constantFrom(...Object.values(EVENTS)),
    fc.record({ type: fc.constant('ready' as const), at: fc.nat() }),
    fc.record({
      type: fc.constant('wait' as const),
      attempt: fc.nat(),
      retryAt: fc.nat(),
      offline: fc.boolean(),
    }),
    fc.record({ type: fc.constantFrom('replace' as const, 'lost' as const), attempt: fc.nat() }),
  )

  /** Checks each step of a random life. */
  const always = (
    check: (before: ConnectionState, event: ConnectionEvent, after: ConnectionState) => void,
  ) =>
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
        let state = IDLE
        for (const event of events) {
          const next = transition(Object.freeze(state), Object.freeze(event))
          check(state, event, next)
          state = next
        }
      }),
      { numRuns: 2000 },
    )

  test('the same state and event give the same answer', () =>
    always((before, event, after) => expect(transition(before, event)).toEqual(after)))

  test('a pause has reasons, each once', () =>
    always((_before, _event, after) => {
      if (after.status !== 'paused') return
      expect(after.reasons.length).toBeGreaterThan(0)
      expect(new Set(after.reasons).size).toBe(after.reasons.length)
    }))

  test('close is for good', () =>
    always((before, event, after) => {
      if (event.type === 'close') expect(after).toEqual(closedByUser)
      if (before.status === 'closed' && before.reason === 'user') expect(after).toBe(before)
    }))

  test('only a failure leaves an error behind, and every failed connection has one', () =>
    always((_before, _event, after) => {
      if (after.status === 'closed') expect('error' in after).toBe(after.reason === 'failed')
    }))

  test('a connection that user or server ended requests nothing before somebody says so', () =>
    always((before, event, after) => {
      if (before.status !== 'closed' || after.status === 'closed') return
      expect(['connect', 'reconnect']).toContain(event.type)
    }))

  test('a user who disconnected stays so until connect or reconnect', () =>
    always((before, event, after) => {
      if (before.status !== 'paused' || !before.reasons.includes('user')) return
      if (['connect', 'reconnect', 'close'].includes(event.type)) return
      expect(after.status === 'paused' && after.reasons.includes('user')).toBe(true)
    }))

  test('a stream becomes open only from connecting', () =>
    always((before, event, after) => {
      if (after.status !== 'open' || after === before) return
      expect([before.status, event.type]).toEqual(['connecting', 'ready'])
    }))
})
