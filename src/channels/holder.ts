/** One component's hold on a source, a channel or a client, whatever its framework: what it shows, and watching it. */

import { IDLE } from '../connection/state.js'
import type { UntypedEvents } from '../contract.js'
import type { Channel } from './channel.js'
import { NO_MESSAGES } from './history.js'
import { show } from './options.js'
import type { SharedSourceOptions, SourcePool } from './pool.js'
import { computed } from './signals.js'
import { type ConnectionVerbs, createSource, type Source } from './source.js'

/** What a binding is made of: fields with names, and being told that some of them changed. */
export interface Holder {
  /** What changes. */
  readonly fields: readonly string[]
  /** What can be done; functions, fields too. */
  readonly verbs: readonly (keyof ConnectionVerbs)[]
  /** The value of a field now. `type`: of `latestOf`. Tracks nothing. */
  read(field: string, type?: string): unknown
  /** The value of a field before anything was opened: what a server shows, and a page that hydrates. */
  idle(field: string, type?: string): unknown
  /** Holds until the returned function is called; `changed` is called at once, and once after each change. */
  watch(changed: () => void): () => void
}

export interface SourceHolder<E = UntypedEvents> extends Holder {
  /** Where there is nothing to hold, a closed one. */
  readonly source: Source<E>
}

/** A url with its options, a source of somebody else's, or nothing yet. */
export type SourceTarget<E = UntypedEvents> = string | URL | Source<E> | null | undefined

/** A connection that somebody else has: a client's. */
export type Connectable = Pick<Source, 'state' | 'status'> & ConnectionVerbs

const CONNECTION = ['state', 'status', 'connected', 'error']
const VERBS = ['connect', 'disconnect', 'reconnect', 'close'] as const
const SOURCE = [...CONNECTION, 'latest', 'messages', 'latestOf', 'lastEventId', 'source']
const CHANNEL = ['status', 'gap', 'error', 'latest', 'messages', 'latestOf', 'channel']

const IDLE_FIELDS: Readonly<Record<string, unknown>> = {
  state: IDLE,
  status: 'idle',
  connected: false,
  error: undefined,
  gap: undefined,
  latest: undefined,
  latestOf: undefined,
  messages: NO_MESSAGES,
  lastEventId: '',
}

/** Equal for targets and options that one holder serves: the same source; or the same url, method and JSON body, or the same `key`. */
export function holderKey<E>(
  target: SourceTarget<E>,
  { key, method, body }: SharedSourceOptions<E> = {},
): unknown {
  if (target == null) return null
  if (isSource(target)) return target
  return key ?? JSON.stringify([String(target), method, typeof body === 'function' ? 0 : body])
}

/**
 * `options` is called whenever one of them is needed.
 *
 * @throws TypeError, RangeError for a url or an option that cannot be meant.
 */
export function createSourceHolder<E extends object>(
  pool: SourcePool,
  target: SourceTarget<E>,
  options: () => SharedSourceOptions<E>,
): SourceHolder<E> {
  if (target == null) {
    const source = closedSource<E>()
    const holder = createHolder(() => source, SOURCE, VERBS)
    return { ...holder, source, read: holder.idle, watch: () => () => {} }
  }
  if (isSource(target)) return { ...createHolder(() => target, SOURCE, VERBS), source: target }
  // By its address, since a URL may come from another realm.
  if (typeof target !== 'string' && typeof target.href !== 'string')
    throw new TypeError(
      `useSSE: the url is a string or a URL, or null to wait, not ${show(target)}.`,
    )

  let pooled = pool.find(target, options)
  const holder = createHolder(() => pooled.source, SOURCE, VERBS)
  return {
    ...holder,
    get source() {
      return pooled.source
    },
    watch(changed) {
      pooled = pooled.current()
      const leave = pooled.enter(options)
      const stop = holder.watch(changed)
      return () => {
        stop()
        leave()
      }
    },
  }
}

/** Watching joins the channel. */
export function createChannelHolder<E>(channel: Channel<E>): Holder {
  return createHolder(() => channel, CHANNEL, [])
}

/** Watching opens nothing. */
export function createConnectionHolder(client: Connectable): Holder {
  return createHolder(() => client, CONNECTION, VERBS)
}

/** An object with these fields; each is asked for when it is read. */
export function createLazy(
  fields: readonly string[],
  get: (field: string, type?: string) => unknown,
): object {
  const lazy = {}
  for (const field of fields)
    Object.defineProperty(lazy, field, {
      enumerable: true,
      get: () => (field === 'latestOf' ? (type: string) => get(field, type) : get(field)),
    })
  return lazy
}

function createHolder(
  subject: () => object,
  fields: readonly string[],
  verbs: Holder['verbs'],
): Holder {
  return {
    fields,
    verbs,
    read: (field, type) => fieldOf(subject(), field, type),
    idle: (field, type) =>
      field in IDLE_FIELDS ? IDLE_FIELDS[field] : fieldOf(subject(), field, type),
    watch: (changed) => subscribe(subject(), fields, changed),
  }
}

/** What is no field of it is the subject itself: `source`, `channel`. */
function fieldOf(subject: object, field: string, type?: string): unknown {
  if (field === 'connected') return fieldOf(subject, 'status') === 'open'
  const { [field]: value = subject } = subject as Readonly<Record<string, unknown>>
  const signal = field === 'latestOf' ? (value as (type?: string) => unknown)(type) : value
  return isSignal(signal) ? signal.peek() : signal
}

/** Watching `latest` holds a feed. */
function subscribe(subject: object, fields: readonly string[], changed: () => void): () => void {
  const values = subject as Readonly<Record<string, unknown>>
  return computed(() =>
    fields.map((field) => {
      // Read, since a plain field tracks then.
      const value = values[field]
      return isSignal(value) ? value.value : value
    }),
  ).subscribe(() => changed())
}

function isSource<E>(target: string | URL | Source<E>): target is Source<E> {
  return typeof target === 'object' && 'latest' in target
}

function isSignal(value: unknown): value is { readonly value: unknown; peek(): unknown } {
  return typeof (value as { peek?: unknown } | undefined)?.peek === 'function'
}

let closed: Source<never> | undefined

/** What stands for a source where there is none: closed for good, so that nothing done with it opens anything. */
export function closedSource<E>(): Source<E> {
  if (!closed) {
    closed = createSource<never>('/')
    closed.close()
  }
  return closed as unknown as Source<E>
}
