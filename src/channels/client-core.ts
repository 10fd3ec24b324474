/** What a client is made of: one connection, the wanted channels, their views. Without the types of an app. */

import { type ConnectionOptions, createConnection } from '../connection/connection.js'
import { createRequester, type PerAttempt } from '../connection/request.js'
import { retryAfter, retryDelay } from '../connection/retry.js'
import { isResting } from '../connection/state.js'
import { nameProblem, type RegisteredChannels } from '../contract.js'
import type { SSEError } from '../errors.js'
import { createClientId, isReplay } from '../hub-protocol.js'
import { type Channel, type ChannelHost, type ChannelOptions, createChannel } from './channel.js'
import { createClientEvents } from './client-events.js'
import { checkAnswer, createControl } from './control.js'
import { decode } from './decode.js'
import { createDiagnose } from './diagnose.js'
import { atomic, type FeedOptions } from './feed.js'
import { createHubClient } from './hub-client.js'
import { createMembership, type Membership } from './membership.js'
import { checkOptions, show } from './options.js'
import { type ChannelSchemas, createSchemaFinder } from './payload.js'
import { computed, signal } from './signals.js'
import type { ConnectionVerbs } from './source.js'
import { createSubscription } from './subscription.js'
import { createWanted } from './wanted.js'

/** Options of `new SSEClient()`. Times are ms. */
export interface SSEClientOptions<C = RegisteredChannels> extends ConnectionOptions, FeedOptions {
  /** Default '/_sse'. Relative to the page; without one, to http://localhost. */
  url?: PerAttempt<string | URL> | undefined
  /** Validates payloads: a schema per channel pattern and event type. What does not fit is a `MessageError` and is not delivered. */
  schema?: ChannelSchemas<C> | undefined
}

/** A hub that forgets connections so often (ms) is not one hub. */
const LOST_AGAIN = 30_000

export function createClientCore<C>(options: SSEClientOptions<C>) {
  const { url = '/_sse' } = options
  const requester = createRequester(url, options)
  const schemasOf = createSchemaFinder(options.schema)
  const events = createClientEvents()
  const diagnose = createDiagnose(options)
  /** Weak, so that a name which was looked at once does not stay for ever. */
  const views = new Map<string, WeakRef<Channel>>()
  const known = new Map<string, WeakRef<Membership>>()
  /** The wanted ones. */
  const members = new Map<string, Membership>()
  let clientId: string | undefined
  /** What `connect()` asked for. */
  let isKept = false
  let isHeld = false
  /** The connection that the hub forgot last, and when. */
  let lost: string | undefined
  let lostAt = 0
  let isWarned = false

  const id = () => (clientId ??= createClientId())

  const wanted = createWanted(() => {
    settle()
    control.changed()
  })
  const control = createControl({
    wanted,
    channels: (revision) => hub.channels(revision),
    post: (body, signal) =>
      requester.authorized(signal, async () => {
        const { fetch = globalThis.fetch } = options
        const request = await requester.build({ method: 'POST', body }, signal)
        signal.throwIfAborted()
        checkAnswer(await fetch(new Request(request, { signal })))
      }),
    retryDelay(attempt, failure) {
      diagnose('control-failed', { attempt, error: failure })
      return retryDelay(attempt, retryAfter(failure, Date.now()), options, Math.random)
    },
    lost(conn) {
      if (lost !== conn) {
        if (!isWarned && Date.now() - lostAt < LOST_AGAIN) {
          isWarned = true
          diagnose('connection-unknown', {
            message:
              'The hub forgot a connection twice within 30 s. Do several processes serve this address without a shared log?',
          })
        }
        lost = conn
        lostAt = Date.now()
      }
      connection.reconnect()
    },
    failed: (failure) =>
      atomic(() => {
        error.value = failure
        events.failed(failure)
      }),
  })
  const cursor = () => connection.cursor
  const hub = createHubClient({ id, wanted, members, control, cursor, decode: read, diagnose })
  const connection = createConnection(requester, hub.protocol, options, {
    changed(next, failure) {
      atomic(() => {
        const { status } = next
        state.value = next
        if (status === 'open') error.value = undefined
        else {
          control.stop()
          if (status !== 'idle')
            for (const member of members.values()) member.interrupt(host.closed())
        }
        if (failure) error.value = failure
        events.changed(next, failure)
      })
    },
    deliver(next) {
      atomic(() => {
        for (const view of hub.route(next)) view.deliver(() => {})
      })
    },
    skipped: (failure) => atomic(() => (hub.blamed(failure.raw)?.fail ?? events.failed)(failure)),
    diagnose,
  })
  const state = signal(connection.state)
  const status = computed(() => state.value.status)
  const error = signal<SSEError | undefined>(undefined)

  const host: ChannelHost = {
    cursor,
    closed: () => (connection.state.status === 'closed' ? connection.state : undefined),
    isResting: () => isResting(connection.state),
    retryDelay: (attempt) => retryDelay(attempt, 0, options, Math.random),
  }

  /** Holds the connection while a channel is wanted, or `connect()` asked. */
  function settle() {
    const isNeeded = isKept || wanted.names.size > 0
    if (isNeeded === isHeld) return
    isHeld = isNeeded
    connection.dispatch({ type: isNeeded ? 'hold' : 'release' })
  }

  function member(name: string): Membership {
    const found = known.get(name)?.deref()
    if (found) return found
    const made = createMembership(name, {
      want(isWanted) {
        if (isWanted) members.set(name, made)
        else members.delete(name)
        return wanted.set(name, isWanted)
      },
      closed: host.closed,
    })
    return remember(known, name, made)
  }

  function channel(name: string, asked: ChannelOptions): Channel {
    const problem = nameProblem(name)
    if (problem) throw new TypeError(`${show(name)} is no channel name: ${problem}.`)
    const where = `channel(${show(name)})`
    checkOptions(where, asked)
    const { replay } = asked
    if (replay !== undefined && !isReplay(replay))
      throw new TypeError(
        `${where}: the option "replay" takes 'earliest', { last: n } or an id, not ${show(replay)}.`,
      )
    const own: ChannelOptions = {
      history: asked.history ?? options.history,
      throttle: asked.throttle ?? options.throttle,
      queue: asked.queue ?? options.queue,
      replay,
    }
    const key = JSON.stringify([name, own])
    return views.get(key)?.deref() ?? remember(views, key, createChannel(member(name), own, host))
  }

  function read(channel: string, type: string, data: unknown, raw: string): unknown {
    const schemas = schemasOf(channel)
    return schemas ? decode({ type, data: raw, lastEventId: '' }, () => data, schemas) : data
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
    reconnect() {
      connection.reconnect()
      // What is opened does not outlive everybody's interest.
      if (!isHeld) connection.dispatch({ type: 'release' })
    },
    close: () => connection.dispatch({ type: 'close' }),
  }

  return {
    id,
    /** What a client has as its own. */
    face: { state, status, error, on: events.on, ...verbs },
    channel,
    subscribe: (name: string) => createSubscription(channel(name, {}), member(name)),
  }
}

export type ClientCore = ReturnType<typeof createClientCore>

/** Remembers `value` weakly, and forgets what has gone. */
function remember<T extends object>(known: Map<string, WeakRef<T>>, key: string, value: T): T {
  // At each power of two, since to look through all of them for each new one would be quadratic.
  if ((known.size & (known.size - 1)) === 0)
    for (const [other, ref] of known) if (!ref.deref()) known.delete(other)
  known.set(key, new WeakRef(value))
  return value
}
