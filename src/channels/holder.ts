/** One component's hold on a source, whatever its framework: what it shows, and watching it. */

import { IDLE } from '../connection/state.js'
import type { UntypedEvents } from '../contract.js'
import { NO_MESSAGES } from './history.js'
import { show } from './options.js'
import type { SharedSourceOptions, SourcePool } from './pool.js'
import { computed } from './signals.js'
import { createSource, type Source } from './source.js'

/** What a binding is made of: fields with names, and being told that some of them changed. */
export interface Holder {
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

const IDLE_FIELDS: Readonly<Record<string, unknown>> = {
  state: IDLE,
  status: 'idle',
  connected: false,
  error: undefined,
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
  if (target == null) return createHolder(closedSource<E>, () => () => {}, true)
  if (isSource(target))
    return createHolder(
      () => target,
      (changed) => subscribe(target, changed),
    )
  // By its address, since a URL may come from another realm.
  if (typeof target !== 'string' && typeof target.href !== 'string')
    throw new TypeError(
      `useSSE: the url is a string or a URL, or null to wait, not ${show(target)}.`,
    )

  let pooled = pool.find(target, options)
  return createHolder(
    () => pooled.source,
    (changed) => {
      pooled = pooled.current()
      const leave = pooled.enter(options)
      const stop = subscribe(pooled.source, changed)
      return () => {
        stop()
        leave()
      }
    },
  )
}

function createHolder<E>(
  source: () => Source<E>,
  watch: Holder['watch'],
  isIdle = false,
): SourceHolder<E> {
  const idle = (field: string, type?: string) =>
    field in IDLE_FIELDS ? IDLE_FIELDS[field] : fieldOf(source(), field, type)
  return {
    get source() {
      return source()
    },
    idle,
    read: isIdle ? idle : (field, type) => fieldOf(source(), field, type),
    watch,
  }
}

function fieldOf<E>(source: Source<E>, field: string, type?: string): unknown {
  if (field === 'source') return source
  if (field === 'connected') return source.status.peek() === 'open'
  const { [field]: value } = source as unknown as Record<string, unknown>
  const signal = field === 'latestOf' ? source.latestOf(type as never) : value
  return isSignal(signal) ? signal.peek() : signal
}

/** `latest` changes with all that messages change, and watching it holds the source. */
function subscribe<E>(source: Source<E>, changed: () => void): () => void {
  const { latest, state, error } = source
  return computed(() => [latest.value, state.value, error.value, source.lastEventId]).subscribe(
    () => changed(),
  )
}

function isSource<E>(target: string | URL | Source<E>): target is Source<E> {
  return typeof target === 'object' && 'latest' in target
}

function isSignal(value: unknown): value is { peek(): unknown } {
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
