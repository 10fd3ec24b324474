/** The client's life as events, for who wants no signals. */
import type { ConnectionState } from '../connection/state.js'
import { report, type SSEError } from '../errors.js'
import type { Unsubscribe } from './feed.js'

/** What `client.on` tells: event types and what their listeners get. */
export interface ClientEvents {
  /** Open, for the first time or again. */
  connected: undefined
  /** The error that ended it, if one did. Not called for planned replacements. */
  disconnected: SSEError | undefined
  /** Waits before reconnection attempt `attempt`, for `delay` ms. */
  reconnecting: { readonly attempt: number; readonly delay: number }
  /** Each failure of the connection, and each event that was skipped for its size. */
  error: SSEError
}

type Listener = (data: never) => void

export interface ClientEmitter {
  on<T extends keyof ClientEvents>(type: T, listener: (data: ClientEvents[T]) => void): Unsubscribe
  /** The connection's state changed; `error` came with it. */
  changed(state: ConnectionState, error?: SSEError): void
  failed(error: SSEError): void
}

export function createClientEvents(now: () => number): ClientEmitter {
  const listeners = new Map<keyof ClientEvents, readonly Listener[]>()
  let isConnected = false

  function emit<T extends keyof ClientEvents>(type: T, data: ClientEvents[T]) {
    for (const listener of listeners.get(type) ?? [])
      try {
        ;(listener as (data: ClientEvents[T]) => void)(data)
      } catch (thrown) {
        report(thrown)
      }
  }

  return {
    on(type, listener) {
      // An entry of its own, so that the same function may listen twice.
      const entry: Listener = (data) => listener(data)
      listeners.set(type, [...(listeners.get(type) ?? []), entry])
      return () => {
        listeners.set(type, listeners.get(type)?.filter((other) => other !== entry) ?? [])
      }
    },

    changed(state, error) {
      const { status } = state
      const isPlanned = status === 'connecting' || (status === 'waiting' && !state.error)
      if (status === 'open' && !isConnected) {
        isConnected = true
        emit('connected', undefined)
      } else if (status !== 'open' && !isPlanned && isConnected) {
        isConnected = false
        emit('disconnected', error)
      }
      if (error) emit('error', error)
      if (status === 'waiting' && state.error)
        emit('reconnecting', { attempt: state.attempt, delay: state.retryAt - now() })
    },

    failed: (error) => emit('error', error),
  }
}
