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

export function createClientEvents(): ClientEmitter {
  /** One entry a call of `on`, so that the same function may listen twice. */
  const listeners = new Set<readonly [type: keyof ClientEvents, listener: Listener]>()
  /** What is being told, and what came of it meanwhile: everybody hears everything in order. */
  const telling: (readonly [type: keyof ClientEvents, data: unknown])[] = []
  let isConnected = false
  let newest: ConnectionState

  function emit<T extends keyof ClientEvents>(type: T, data: ClientEvents[T]) {
    if (telling.push([type, data]) > 1) return
    for (const [told, what] of telling)
      for (const entry of [...listeners])
        if (entry[0] === told && listeners.has(entry)) guard(() => entry[1](what as never))
    telling.length = 0
  }

  return {
    on(type, listener) {
      const entry = [type, listener] as const
      listeners.add(entry)
      return () => listeners.delete(entry)
    },

    changed(state, error) {
      newest = state
      const { status } = state
      const isOpen = status === 'open'
      const isPlanned = status === 'connecting' || (status === 'waiting' && !state.error)
      if (isOpen !== isConnected && !isPlanned) {
        isConnected = isOpen
        emit(isOpen ? 'connected' : 'disconnected', error)
      }
      if (error) emit('error', error)
      // Whoever was told of the error may have moved on.
      if (status === 'waiting' && state.error && state === newest)
        emit('reconnecting', { attempt: state.attempt, delay: state.retryAt - Date.now() })
    },

    failed: (error) => emit('error', error),
  }
}
