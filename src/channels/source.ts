/** One endpoint as a feed: a connection of its own, its events as signals. */
import { type ConnectionOptions, createConnection } from '../connection/connection.js'
import { createRequester, type PerAttempt } from '../connection/request.js'
import { retryDelay } from '../connection/retry.js'
import { type ConnectionState, type ConnectionStatus, isResting } from '../connection/state.js'
import type { ErrorOf, EventSchemas, Message, UntypedEvents } from '../contract.js'
import type { MessageError } from '../errors.js'
import type { StreamEvent } from '../event-stream/event.js'
import { decode, type Parse } from './decode.js'
import { createDiagnose } from './diagnose.js'
import { atomic, createFeed, type Feed, type FeedOptions } from './feed.js'
import { createLease } from './lease.js'
import { check, checkOptions } from './options.js'
import { computed, type ReadonlySignal, signal } from './signals.js'

/** Options of `createSource`. Times are ms. */
export interface SourceOptions<E = UntypedEvents> extends ConnectionOptions, FeedOptions {
  /** Default 'GET', or 'POST' with a body. */
  method?: string | undefined
  /** Sent on every attempt. Plain objects and arrays go as JSON. */
  body?: PerAttempt<BodyInit | object | null> | undefined
  /** Default 'auto'. */
  parse?: Parse | undefined
  /** Validates payloads: a synchronous Standard Schema per event type. What does not fit is a `MessageError` and is not delivered. */
  schema?: EventSchemas<E> | undefined
  /** A request other than GET may be repeated without a cursor. Default `false`. */
  idempotent?: boolean | undefined
}

/** What can be done with a connection. Bound, so they may be destructured and used as handlers. */
export interface ConnectionVerbs {
  /** Opens now and keeps open, watched or not. Ends a pause by 'user' and a close by 'server' or 'failed'; after `close()` does nothing. */
  connect(): void
  /** Pauses ('user') and lets go. Signals keep their values, watched or not. */
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
  /** What the connection does. Watching it opens nothing. */
  readonly state: ReadonlySignal<ConnectionState>
  /** `state.value.status`, changing only when it does. */
  readonly status: ReadonlySignal<ConnectionStatus>
  /** The cursor. A plain string; read in an effect it is tracked. That of the options again once nobody watches. */
  readonly lastEventId: string
}

/** A source that somebody hands out: only watchers hold it, and while there are none its verbs open nothing. */
export interface SourceKeeper {
  /** Who is asked for the source, as its errors name it. */
  readonly name: string
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
  keeper?: SourceKeeper,
): Source<E> {
  checkSource(keeper?.name ?? 'createSource', url, options)
  const method = (options.method ?? (options.body == null ? 'GET' : 'POST')).toUpperCase()
  const once = method !== 'GET' && method !== 'HEAD' && !options.idempotent
  /** What `connect()` holds. */
  let kept: (() => void) | undefined

  const connection = createConnection(
    createRequester(url, options),
    { once, request: () => ({ method, body: options.body }) },
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
          if (next.status === 'closed') control.end(next.reason === 'user', next.error)
        })
      },
      deliver(next) {
        const { parse = 'auto', schema } = options
        control.deliver(() => {
          for (let event = next(); event; event = next()) offer(event, parse, schema)
          cursor.value = connection.cursor
        })
      },
      skipped: (error) => atomic(() => control.fail(error)),
      diagnose: createDiagnose(options),
    },
  )

  const lease = createLease(
    () => connection.dispatch({ type: 'hold' }),
    () => {
      // What must not be sent twice does not begin again with the next watcher: that takes `connect()`.
      connection.dispatch({ type: once ? 'end' : 'release' })
      if (connection.state.status === 'idle') {
        control.clear()
        cursor.value = connection.cursor
      }
      keeper?.released()
    },
  )
  const state = signal(connection.state)
  const status = computed(() => state.value.status)
  const cursor = signal(connection.cursor)

  const control = createFeed<E>(options, {
    lease,
    isJoined: () => connection.state.status === 'open',
    isResting: () => isResting(connection.state),
    cursor: () => connection.cursor,
    closed: () => (connection.state.status === 'closed' ? connection.state : undefined),
    retryDelay: (attempt) => retryDelay(attempt, 0, options, Math.random),
  })

  function offer(event: StreamEvent, parse: Parse, schema: EventSchemas<E> | undefined) {
    const { type, lastEventId: id } = event
    let data: unknown
    try {
      data = decode(event, parse, schema)
    } catch (error) {
      return control.fail(error as MessageError)
    }
    control.offer({ type, data, id } as Message<E>)
  }

  const verbs: ConnectionVerbs = {
    connect() {
      if (!keeper) kept ??= lease.hold()
      if (lease.isHeld) connection.dispatch({ type: 'connect' })
    },
    disconnect() {
      kept?.()
      kept = undefined
      connection.dispatch({ type: 'disconnect' })
    },
    reconnect() {
      if (keeper && !lease.isHeld) return
      // For a moment, so that what is opened does not outlive everybody's interest.
      const release = lease.hold()
      connection.reconnect()
      queueMicrotask(release)
    },
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

function checkSource<E>(where: string, url: unknown, options: SourceOptions<E>): void {
  // By its address, since a URL may come from another realm.
  if (typeof (url as URL)?.href !== 'string')
    check(`${where}(url, …)`, 'a string, a URL or a function that returns one', url)
  checkOptions(where, options)
  const { method, body, parse = 'auto' } = options
  if (!/^(auto|json|text)$/.test(String(parse)))
    check(`${where}: the option "parse"`, '"auto", "json", "text" or a function', parse)
  if (/^(get|head)$/i.test(method ?? '') && body != null)
    throw new TypeError(
      `${where}: a ${method} request has no body. Use another method, or leave body out.`,
    )
}
