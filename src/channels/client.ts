/** One stream, many channels: the client of a hub. */
import { computed, type ReadonlySignal, signal } from '@preact/signals-core'
import { type ConnectionOptions, createConnection } from '../connection/connection.js'
import { createRequester, type PerAttempt } from '../connection/request.js'
import { retryAfter, retryDelay } from '../connection/retry.js'
import { type ConnectionState, type ConnectionStatus, isResting } from '../connection/state.js'
import {
  type ChannelMap,
  type ChannelName,
  type CheckedName,
  type Diagnostic,
  type EventSchemas,
  type EventsOf,
  nameProblem,
  type RegisteredChannels,
} from '../contract.js'
import { guard, type SSEError } from '../errors.js'
import { createClientId } from '../hub-protocol.js'
import { type Channel, type ChannelOptions, type ChannelView, createChannel } from './channel.js'
import { type ClientEvents, createClientEvents } from './client-events.js'
import { answerOf, createControl } from './control.js'
import { decode } from './decode.js'
import { atomic, type FeedOptions, type Unsubscribe } from './feed.js'
import { createHubClient } from './hub-client.js'
import { createMembership, type Membership } from './membership.js'
import { checkOptions, show } from './options.js'
import { createSchemaFinder } from './payload.js'
import type { ConnectionVerbs, DisposableLike } from './source.js'
import { createSubscription, type SSESubscription } from './subscription.js'
import { createWanted } from './wanted.js'

/** A synchronous Standard Schema per channel pattern and event type; a partial map is fine. */
export type ChannelSchemas<C> = { readonly [P in keyof C]?: EventSchemas<C[P]> }

export interface SSEClientOptions<C = RegisteredChannels> extends ConnectionOptions, FeedOptions {
  /** Default '/_sse'. Relative to the page; without one, to http://localhost. */
  url?: PerAttempt<string | URL> | undefined
  schema?: ChannelSchemas<C> | undefined
}

// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `Symbol.dispose` is there only where the platform has it
export interface SSEClient<C extends ChannelMap<C> = RegisteredChannels> extends DisposableLike {}

/**
 * One stream for all channels. Opens with the first watched channel, subscription or `connect()`; constructing it touches no
 * global and parses no URL.
 */
export class SSEClient<C extends ChannelMap<C> = RegisteredChannels> implements ConnectionVerbs {
  readonly state: ReadonlySignal<ConnectionState>
  readonly status: ReadonlySignal<ConnectionStatus>
  /** The connection's last failure; cleared once open. A new object each time. */
  readonly error: ReadonlySignal<SSEError | undefined>
  readonly on: <T extends keyof ClientEvents>(
    type: T,
    listener: (data: ClientEvents[T]) => void,
  ) => Unsubscribe
  readonly connect: () => void
  readonly disconnect: () => void
  readonly reconnect: () => void
  readonly close: () => void
  readonly #core: ClientCore

  /** @throws TypeError, RangeError for options that cannot be meant. */
  constructor(options: SSEClientOptions<NoInfer<C>> = {}) {
    checkOptions('SSEClient', options)
    this.#core = createClientCore(options)
    const { state, status, error, on, verbs } = this.#core
    this.connect = verbs.connect
    this.disconnect = verbs.disconnect
    this.reconnect = verbs.reconnect
    this.close = verbs.close
    this.state = state
    this.status = status
    this.error = error
    this.on = on
    if (Symbol.dispose) Object.defineProperty(this, Symbol.dispose, { value: verbs.close })
  }

  /** A label, never a credential: send it with your own requests so that the server can `.except(id)`. */
  get id(): string {
    return this.#core.id()
  }

  /** `status` is 'open'. A plain boolean; read in an effect it is tracked. */
  get connected(): boolean {
    return this.status.value === 'open'
  }

  /** Costs nothing until watched. Throws `TypeError` for a malformed name, as `subscribe` does. */
  channel<const N extends ChannelName<C>>(
    name: CheckedName<C, N>,
    options: ChannelOptions = {},
  ): Channel<EventsOf<C, N>> {
    return this.#core.view(name, options).channel as unknown as Channel<EventsOf<C, N>>
  }

  /** Joins now and stays joined until `close()` of what it returns. */
  subscribe<const N extends ChannelName<C>>(
    name: CheckedName<C, N>,
  ): SSESubscription<EventsOf<C, N>> {
    return this.#core.subscribe(name) as unknown as SSESubscription<EventsOf<C, N>>
  }
}

/** A hub that forgets connections so often (ms) is not one hub. */
const LOST_AGAIN = 30_000

function createClientCore<C>(options: SSEClientOptions<C>) {
  const { url = '/_sse' } = options
  const requester = createRequester(url, options)
  const schemasOf = createSchemaFinder(options.schema)
  const events = createClientEvents(Date.now)
  /** Weak, so that a name which was looked at once does not stay for ever. */
  const views = new Map<string, WeakRef<ChannelView>>()
  const known = new Map<string, WeakRef<Membership>>()
  /** The wanted ones. */
  const members = new Map<string, Membership>()
  const closers = new Set<() => void>()
  let clientId: string | undefined
  /** What `connect()` asked for. */
  let isKept = false
  let isHeld = false
  let lostAt = Number.NEGATIVE_INFINITY

  const id = () => (clientId ??= createClientId())

  const wanted = createWanted(() => {
    settle()
    control.changed()
  })
  const control = createControl({
    wanted,
    channels: () => hub.channels(),
    post: (body, signal) =>
      requester.authorized(signal, async () => {
        const { fetch = globalThis.fetch } = options
        return answerOf(await fetch(await requester.build({ method: 'POST', body }, signal)))
      }),
    retryDelay: (attempt, error) =>
      retryDelay(attempt, retryAfter(error, Date.now()), options, Math.random),
    lost() {
      const now = Date.now()
      if (now - lostAt < LOST_AGAIN)
        diagnose('connection-unknown', {
          message:
            'The hub forgot this connection twice within 30 s. Do several processes serve this address without a shared log?',
        })
      lostAt = now
      connection.reconnect()
    },
    failed: (failure) => {
      error.value = failure
      events.failed(failure)
    },
  })
  const hub = createHubClient({ id, wanted, members, control, decode: read, diagnose })
  const connection = createConnection(requester, hub.protocol, options, {
    changed(next, failure) {
      atomic(() => {
        const wasOpen = state.peek().status === 'open'
        state.value = next
        if (next.status === 'open') error.value = undefined
        else {
          if (wasOpen) control.stop()
          const gone =
            next.status === 'closed' ? 'closed' : next.status === 'idle' ? undefined : 'resuming'
          if (gone) for (const member of members.values()) member.resume(gone)
        }
        if (failure) error.value = failure
        events.changed(next, failure)
        if (next.status === 'closed') end(next.reason === 'user', next.error)
      })
    },
    deliver(next) {
      atomic(() => {
        for (const view of hub.route(next)) view.deliver(() => {})
      })
    },
    skipped: (failure) => atomic(() => events.failed(failure)),
    diagnose,
  })
  const state = signal(connection.state)
  const status = computed(() => state.value.status)
  const error = signal<SSEError | undefined>(undefined)

  const host = {
    cursor: () => connection.cursor,
    closed: () => (connection.state.status === 'closed' ? connection.state : undefined),
    isResting: () => isResting(connection.state),
    retryDelay: (attempt: number) => retryDelay(attempt, 0, options, Math.random),
  }

  /** Holds the connection while a channel is wanted, or `connect()` asked. */
  function settle() {
    const needed = isKept || wanted.names.size > 0
    if (needed === isHeld) return
    isHeld = needed
    connection.dispatch({ type: needed ? 'hold' : 'release' })
  }

  function end(isFinal: boolean, failure?: SSEError) {
    for (const member of members.values())
      for (const view of member.views) view.end(isFinal, failure)
    if (!isFinal) return
    control.stop()
    for (const close of closers) close()
    closers.clear()
  }

  function member(name: string): Membership {
    const found = known.get(name)?.deref()
    if (found) return found
    const made = createMembership(name, (isWanted) => {
      if (isWanted) members.set(name, made)
      else members.delete(name)
      wanted.set(name, isWanted)
    })
    return remember(known, name, made)
  }

  function view(name: string, asked: ChannelOptions): ChannelView {
    const problem = nameProblem(name)
    if (problem) throw new TypeError(`${show(name)} is no channel name: ${problem}.`)
    checkOptions(`channel(${show(name)})`, asked)
    const { history, throttle, queue } = { ...options, ...asked }
    const own = { history, throttle, queue, replay: asked.replay }
    const key = JSON.stringify([name, own])
    return views.get(key)?.deref() ?? remember(views, key, createChannel(member(name), own, host))
  }

  function read(channel: string, type: string, data: unknown, raw: string): unknown {
    const schemas = schemasOf(channel)
    return schemas ? decode({ type, data: raw, lastEventId: '' }, () => data, schemas) : data
  }

  function diagnose(type: string, details?: Record<string, unknown>) {
    const { onDiagnostic } = options
    if (onDiagnostic) guard(() => onDiagnostic({ ...details, type, at: Date.now() } as Diagnostic))
  }

  const verbs: ConnectionVerbs = {
    connect() {
      isKept = true
      settle()
      connection.dispatch({ type: 'connect' })
    },
    disconnect() {
      isKept = false
      connection.dispatch({ type: 'disconnect' })
      settle()
    },
    reconnect: connection.reconnect,
    close: () => connection.dispatch({ type: 'close' }),
  }

  return {
    id,
    state,
    status,
    error,
    on: events.on,
    verbs,
    view,
    subscribe(name: string) {
      const found = view(name, {})
      return createSubscription(found, member(name), (then) => {
        closers.add(then)
        return () => closers.delete(then)
      })
    },
  }
}

type ClientCore = ReturnType<typeof createClientCore>

/** Remembers `value` weakly, and forgets what has gone. */
function remember<T extends object>(known: Map<string, WeakRef<T>>, key: string, value: T): T {
  for (const [other, ref] of known) if (!ref.deref()) known.delete(other)
  known.set(key, new WeakRef(value))
  return value
}
