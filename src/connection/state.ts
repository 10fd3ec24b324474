/**
 * The state of a connection: one immutable value, and the pure function that is its only way to change.
 *
 *                 hold, connect, reconnect
 *     idle ───────────────────────────────▶ connecting ◀──── due, connect, reconnect ──── waiting
 *       ▲                                    │  ▲                                            ▲
 *       │ release                      ready │  │ replace, lost, reconnect                   │
 *       │                                    ▼  │                                            │
 *       ├──────────────────────────────────  open  ─────────────────── wait ─────────────────┤
 *       │                                                          (from connecting too)     │
 *     paused ◀── hide, disconnect: from anywhere but closed (hide: not from idle) ───────────┘
 *       └── show, connect, reconnect: once no reason is left ──▶ connecting
 *
 *     closed ◀── end ('server'), fail ('failed'): from connecting, open, waiting;  close ('user'): from everywhere, final
 */
import type { SSEError } from '../errors.js'

/** 'hidden': `pauseWhenHidden`. 'user': `disconnect()`. */
export type PauseReason = 'hidden' | 'user'

/** 'user': `close()` or the signal, final. 'server': 204 or the end of a POST. 'failed': see `error`. */
export type CloseReason = 'user' | 'server' | 'failed'

/**
 * What a connection does. `since` and `retryAt` are `Date.now()` times. `attempt` counts the reconnection attempts since the
 * last proof of health (a delivered message, or 5 s open): 0 is the first try.
 */
export type ConnectionState =
  | { readonly status: 'idle' }
  | { readonly status: 'connecting'; readonly attempt: number }
  /** From ready on: the headers, on a hub its hello. */
  | { readonly status: 'open'; readonly since: number }
  /** No `error` after a planned end. `offline`: the wait is stretched until the network is back. */
  | {
      readonly status: 'waiting'
      readonly attempt: number
      readonly retryAt: number
      readonly offline: boolean
      readonly error?: SSEError
    }
  | { readonly status: 'paused'; readonly reasons: readonly PauseReason[] }
  | { readonly status: 'closed'; readonly reason: CloseReason; readonly error?: SSEError }

/** The discriminant of `ConnectionState`. */
export type ConnectionStatus = ConnectionState['status']

export type ConnectionEvent =
  /** Somebody watches; nobody does any more. */
  | { readonly type: 'hold' | 'release' }
  /** The user's verbs. */
  | { readonly type: 'connect' | 'disconnect' | 'reconnect' | 'close' }
  /** The stream delivers from now on. */
  | { readonly type: 'ready'; readonly at: number }
  /** Try again at `retryAt`. */
  | {
      readonly type: 'wait'
      readonly attempt: number
      readonly retryAt: number
      readonly offline: boolean
      readonly error?: SSEError | undefined
    }
  /** The wait is over, or was cut short. */
  | { readonly type: 'due' }
  /** The stream went silent: another one, at once. `lost`: it ended while the one that replaces it is on its way. */
  | { readonly type: 'replace' | 'lost'; readonly attempt: number }
  /** The server is done. */
  | { readonly type: 'end' }
  | { readonly type: 'fail'; readonly error: SSEError }
  /** The page was hidden for long enough; it is visible again. */
  | { readonly type: 'hide' | 'show' }

export const IDLE: ConnectionState = { status: 'idle' }
const FIRST_TRY: ConnectionState = { status: 'connecting', attempt: 0 }
const CLOSED_BY_USER: ConnectionState = { status: 'closed', reason: 'user' }

/** The state after an event. The same object where the event changes nothing. */
export function transition(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  if (event.type === 'close') return isFinal(state) ? state : CLOSED_BY_USER
  switch (state.status) {
    case 'idle':
      if (event.type === 'hold' || event.type === 'connect' || event.type === 'reconnect')
        return FIRST_TRY
      return event.type === 'disconnect' ? pausedBy(['user']) : state

    case 'connecting':
      if (event.type === 'ready') return { status: 'open', since: event.at }
      // A new object is a new try: the request under way is aborted.
      if (event.type === 'reconnect') return { ...state }
      return leave(state, event)

    case 'open':
      if (event.type === 'reconnect') return FIRST_TRY
      if (event.type === 'replace' || event.type === 'lost')
        return { status: 'connecting', attempt: event.attempt }
      return leave(state, event)

    case 'waiting':
      if (event.type === 'due' || event.type === 'connect' || event.type === 'reconnect')
        return { status: 'connecting', attempt: state.attempt }
      return leave(state, event)

    case 'paused':
      if (event.type === 'hide') return addReason(state, 'hidden')
      if (event.type === 'disconnect') return addReason(state, 'user')
      if (event.type === 'show') return removeReason(state, 'hidden')
      if (event.type === 'connect' || event.type === 'reconnect') return removeReason(state, 'user')
      return event.type === 'release' && !state.reasons.includes('user') ? IDLE : state

    case 'closed':
      if (isFinal(state)) return state
      return event.type === 'connect' || event.type === 'reconnect' ? FIRST_TRY : state
  }
}

/** A request is under way, or will be without anybody's doing. */
export function isActive(state: ConnectionState): boolean {
  const { status } = state
  if (status === 'paused') return state.reasons.includes('hidden')
  return status === 'connecting' || status === 'open' || status === 'waiting'
}

/** Nothing comes until somebody asks for it, and what there is stays. */
export function isResting(state: ConnectionState): boolean {
  return state.status === 'closed' || (state.status === 'paused' && state.reasons.includes('user'))
}

/** What ends any of the three states in which the connection is at work. */
function leave(state: ConnectionState, event: ConnectionEvent): ConnectionState {
  switch (event.type) {
    case 'release':
      return IDLE
    case 'disconnect':
      return pausedBy(['user'])
    case 'hide':
      return pausedBy(['hidden'])
    case 'wait': {
      const { attempt, retryAt, offline, error } = event
      return { status: 'waiting', attempt, retryAt, offline, ...(error && { error }) }
    }
    case 'end':
      return { status: 'closed', reason: 'server' }
    case 'fail':
      return { status: 'closed', reason: 'failed', error: event.error }
    default:
      return state
  }
}

function isFinal(state: ConnectionState): boolean {
  return state.status === 'closed' && state.reason === 'user'
}

type Paused = Extract<ConnectionState, { status: 'paused' }>

function pausedBy(reasons: readonly PauseReason[]): Paused {
  return { status: 'paused', reasons }
}

function addReason(state: Paused, reason: PauseReason): Paused {
  return state.reasons.includes(reason) ? state : pausedBy([...state.reasons, reason])
}

function removeReason(state: Paused, reason: PauseReason): ConnectionState {
  if (!state.reasons.includes(reason)) return state
  const rest = state.reasons.filter((other) => other !== reason)
  return rest.length ? pausedBy(rest) : FIRST_TRY
}
