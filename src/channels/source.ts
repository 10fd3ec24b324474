/** One endpoint as a feed: a connection of its own, its events as signals. */
import { computed, type ReadonlySignal, signal } from '@preact/signals-core'
import { type ConnectionOptions, createConnection } from '../connection/connection.js'
import { createRequester, type PerAttempt } from '../connection/request.js'
import { retryDelay } from '../connection/retry.js'
import type { ConnectionState, ConnectionStatus } from '../connection/state.js'
import type { Diagnostic, ErrorOf, EventSchemas, Message, UntypedEvents } from '../contract.js'
import { guard, MessageError } from '../errors.js'
import type { StreamEvent } from '../event-stream/event.js'
import { decode, type Parse } from './decode.js'
import { atomic, createFeed, type Feed, type FeedOptions } from './feed.js'
import { createLease } from './lease.js'
import { checkOptions, show } from './options.js'

export interface SourceOptions<E = UntypedEvents> extends ConnectionOptions, FeedOptions {
  /** Default 'GET', or 'POST' with a body. */
  method?: string | undefined
  /** Sent on every attempt. Plain objects and arrays go as JSON. */
  body?: PerAttempt<BodyInit | object | null> | undefined
  /** Default 'auto'. */
  parse?: Parse | undefined
  schema?: EventSchemas<E> | undefined
  /** A request other than GET may be repeated without a cursor. Default `false`. */
  idempotent?: boolean | undefined
}

/** Bound, so they may be destructured and used as handlers. */
export interface ConnectionVerbs {
  /** Opens now and keeps open, watched or not. Ends a pause by 'user' and a close by 'server' or 'failed'; after `close()` does nothing. */
  connect(): void
  /** Pauses ('user'). Signals keep their values. */
  disconnect(): void
  /** Replaces the stream now, whatever the delay; the cursor stays. Leaves 'closed' as `connect()` does. */
  reconnect(): void
  /** For good: nothing is requested afterwards. */
  close(): void
}

type DisposeKey = SymbolConstructor extends { readonly dispose: infer D extends symbol } ? D : never
/** `using` works where the program's lib knows `Symbol.dispose`; elsewhere this is an empty type. */
export type DisposableLike = { readonly [K in DisposeKey]: () => void }

/** One endpoint as a feed with its own connection. */
export interface Source<E = UntypedEvents> extends Feed<E>, ConnectionVerbs, DisposableLike {
  readonly state: ReadonlySignal<ConnectionState>
  /** `state.value.status`, changing only when it does. */
  readonly status: ReadonlySignal<ConnectionStatus>
  /** The cursor. A plain string; read in an effect it is tracked. */
  readonly lastEventId: string
}

/** How long a source lives, where somebody else decides it. */
export interface SourceLife {
  /** `connect()` does not hold: only watchers do. */
  readonly watchedOnly: boolean
  /** Nobody watches any more. */
  released(): void
}

/**
 * An endpoint as signals, connected while watched. Touches no global and parses no URL before that.
 *
 * @throws TypeError, RangeError for a url or an option that cannot be meant.
 */
export function createSource<E extends object = UntypedEvents>(
  url: PerAttempt<string | URL>,
  options: SourceOptions<NoInfer<E>> = {},
): Source<E> {
  return buildSource(url, options)
}

export function buildSource<E extends object>(
  url: PerAttempt<string | URL>,
  options: SourceOptions<E>,
  life?: SourceLife,
): Source<E> {
  checkSource(url, options)
  const { body, parse = 'auto', schema } = options
  const method = (options.method ?? (body == null ? 'GET' : 'POST')).toUpperCase()
  const once = method !== 'GET' && method !== 'HEAD' && !options.idempotent
  /** What `connect()` holds. */
  let kept: (() => void) | undefined

  const connection = createConnection(
    createRequester(url, options),
    { once, request: () => ({ method, body }) },
    options,
    {
      changed(next, failure) {
        atomic(() => {
          state.value = next
          if (next.status === 'open') {
            control.recover()
            control.joined(connection.cursor !== '')
          }
          if (failure) control.fail(failure as ErrorOf<E>)
        })
        if (next.status === 'closed') control.end(next.reason === 'user', next.error)
      },
      deliver(next) {
        control.deliver(() => {
          for (let event = next(); event; event = next()) offer(event)
          cursor.value = connection.cursor
        })
      },
      skipped: (error) => atomic(() => control.fail(error)),
      diagnose,
    },
  )

  const lease = createLease(
    () => connection.dispatch({ type: 'hold' }),
    () => {
      connection.dispatch({ type: 'release' })
      if (connection.state.status !== 'closed') control.clear()
      life?.released()
    },
  )
  const state = signal(connection.state)
  const status = computed(() => state.value.status)
  const cursor = signal(connection.cursor)

  const control = createFeed<E>(options, {
    lease,
    joinedAt: () => (connection.state.status === 'open' ? connection.cursor : undefined),
    closed: () => (connection.state.status === 'closed' ? connection.state : undefined),
    retryDelay: (attempt) => retryDelay(attempt, 0, options, Math.random),
  })

  function offer(event: StreamEvent) {
    const { type, lastEventId: id } = event
    try {
      const data = decode(event, parse, schema)
      control.offer({ type, data, id } as Message<E>)
    } catch (error) {
      if (!(error instanceof MessageError)) throw error
      control.fail(error)
    }
  }

  function diagnose(type: string, details?: Record<string, unknown>) {
    const { onDiagnostic } = options
    if (onDiagnostic) guard(() => onDiagnostic({ ...details, type, at: Date.now() } as Diagnostic))
  }

  const verbs: ConnectionVerbs = {
    connect() {
      if (!life?.watchedOnly) kept ??= lease.hold()
      connection.dispatch({ type: 'connect' })
    },
    disconnect() {
      kept?.()
      kept = undefined
      connection.dispatch({ type: 'disconnect' })
    },
    reconnect: connection.reconnect,
    close: () => connection.dispatch({ type: 'close' }),
  }

  return {
    ...control.feed,
    ...verbs,
    state,
    status,
    get lastEventId() {
      // Read for whoever tracks; the connection knows it even within a delivery.
      void cursor.value
      return connection.cursor
    },
    ...(Symbol.dispose && { [Symbol.dispose]: verbs.close }),
  } as Source<E>
}

function checkSource<E>(url: unknown, options: SourceOptions<E>): void {
  if (typeof url !== 'string' && typeof url !== 'function' && !(url instanceof URL))
    throw new TypeError(
      `createSource: the url is a string, a URL or a function that returns one, not ${show(url)}.`,
    )
  checkOptions('createSource', options)
  const { method, body } = options
  if (/^(get|head)$/i.test(method ?? '') && body != null)
    throw new TypeError(
      `createSource: a ${method} request has no body. Use another method, or leave body out.`,
    )
}
