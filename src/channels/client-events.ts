/** The client's life as events, for who wants no signals. */
import type { ConnectionState } from '../connection/state.js'
import { guard, type SSEError } from '../errors.js'
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
  /** One entry a call of `on`, so that the same function may listen twice. */
  const listeners = new Set<readonly [type: keyof ClientEvents, listener: Listener]>()
  let isConnected = false

  function emit<T extends keyof ClientEvents>(type: T, data: ClientEvents[T]) {
    for (const [heard, listener] of [...listeners])
      if (heard === type) guard(() => listener(data as never))
  }

  return {
    on(type, listener) {
      const entry = [type, listener] as const
      listeners.add(entry)
      return () => listeners.delete(entry)
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
