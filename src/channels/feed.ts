/** Events as signals: every message to listeners, folds and loops, in order; then the signals, once a delivery. */
import { batch, type ReadonlySignal, type Signal, signal } from '@preact/signals-core'
import type {
  ErrorOf,
  EventName,
  ListenerOf,
  ListenType,
  Message,
  UntypedEvents,
} from '../contract.js'
import { guard, RemoteError, report, type SeedError, type SSEError } from '../errors.js'
import { ownText } from '../event-stream/own-text.js'
import { createFold, type FoldInput, type Seed, type SeedContext } from './fold.js'
import { heldSignal, type Lease } from './lease.js'
import { createQueue, type Queue } from './queue.js'
import { createThrottle, type Throttle } from './throttle.js'

/** How much a feed keeps and how often its signals change. `on` and iteration are never throttled. */
export interface FeedOptions {
  /** Messages kept in `messages`. Default 100. */
  history?: number | undefined
  /** Default 0: once a network chunk. */
  throttle?: Throttle | undefined
  /** Messages an iterator may hold; one more and it throws `OverflowError`. Default 10000. */
  queue?: number | undefined
}

/** What a call began ends with the function it returned. Harmless the second time. */
export type Unsubscribe = () => void

/** Events as signals. Signals are live while watched: the first watcher opens, the last one leaving lets go after a short grace. */
export interface Feed<E = UntypedEvents> extends AsyncIterable<Message<E>> {
  /** The last message of any type. */
  readonly latest: ReadonlySignal<Message<E> | undefined>
  /** The last `history` messages, oldest first. A new array at each change. */
  readonly messages: ReadonlySignal<readonly Message<E>[]>
  /** The last failure; cleared by the next message. A new object each time. Observing it opens nothing. */
  readonly error: ReadonlySignal<ErrorOf<E> | undefined>
  /** The last message of one type. The same signal at every call. */
  latestOf<T extends EventName<E>>(type: T): ReadonlySignal<Message<E, T> | undefined>
  /**
   * Every event, in order, never conflated. `'*'` hears every type, `'error'` hears failures; an event of type `error` arrives
   * there as a `RemoteError`. Listening watches the feed. A listener that throws is reported; the others go on.
   */
  on<T extends ListenType<E>>(type: T, listener: ListenerOf<E, NoInfer<T>>): Unsubscribe
  /**
   * State accumulated over every message. An async `seed` loads a snapshot after joining: the signal is `undefined` until it is
   * there, messages meanwhile are applied after it, and lost history loads it again (the old state stays until then). A message
   * may already be in the snapshot: reduce by id. Rejection: `SeedError` in `error`, tried again.
   */
  fold<S>(
    seed: (context: SeedContext) => PromiseLike<S>,
    reduce: (state: S, message: Message<E>) => S,
  ): ReadonlySignal<S | undefined>
  /** With a plain seed lost history changes nothing; with a function it starts anew. */
  fold<S>(seed: S | (() => S), reduce: (state: S, message: Message<E>) => S): ReadonlySignal<S>
  /** Every message from now on; ends when the feed closes, throws its fatal error or `OverflowError`. `break` stops watching. */
  [Symbol.asyncIterator](): AsyncIterator<Message<E>, undefined>
}

/** What a feed asks of whoever feeds it. */
export interface FeedHost {
  /** Holding opens what the events come from. */
  readonly lease: Lease
  joinedAt(): string | undefined
  /** Why the feed ended, if it did. */
  closed(): { readonly error?: SSEError } | undefined
  retryDelay(attempt: number): number
}

/** How a feed is fed. */
export interface FeedControl<E> {
  readonly feed: Feed<E>
  /** One delivery: `pull` offers messages and failures in order; effects run once, afterwards. */
  deliver(pull: () => void): void
  /** Within a delivery: the next message. */
  offer(message: Message<E>): void
  /** A failure: into `error` and to those who listen for it. */
  fail(error: ErrorOf<E>): void
  /** All is well again. */
  recover(): void
  /** The feed joined; `resumed` where nothing is missing since it last was. */
  joined(resumed: boolean): void
  /** Closed: ends the loops. `final`: for good, so that nothing is left behind. */
  end(final: boolean, error?: SSEError): void
  /** Nobody watches any more: forgets everything. */
  clear(): void
}

type AnyMessage = { readonly type: string; readonly data: unknown; readonly id: string }
type AnyListener = (data: unknown, message: AnyMessage) => void
type Entry = { listener: AnyListener }
const NOBODY: readonly Entry[] = []

export function createFeed<E>(options: FeedOptions, host: FeedHost): FeedControl<E> {
  const { history = 100, throttle = 0, queue = 10_000 } = options
  const { lease } = host
  const latest = heldSignal<AnyMessage | undefined>(undefined, lease)
  const messages = heldSignal<readonly AnyMessage[]>([], lease)
  const error = signal<SSEError | undefined>(undefined)
  const byType = new Map<string, Signal<AnyMessage | undefined>>()
  const listeners = new Map<string, readonly Entry[]>()
  const folds = new Set<FoldInput<AnyMessage>>()
  const queues = new Set<Queue<AnyMessage>>()
  /** What the signals do not show yet: the newest messages, and the newest of each type that somebody asked for. */
  let fresh: AnyMessage[] = []
  const freshByType = new Map<string, AnyMessage>()
  const commits = throttle === 0 ? undefined : createThrottle(throttle, () => atomic(commit))

  function offer(message: AnyMessage) {
    const { type, data } = message
    if (error.peek()) error.value = undefined
    if (type === 'error') fail(new RemoteError(data))
    else if (type !== '*') call(type, data, message)
    call('*', data, message)
    for (const fold of folds) fold.take(message)
    for (const queue of queues) queue.push(message)
    if (byType.has(type)) freshByType.set(type, message)
    // Trimmed now and then, so that a long delivery keeps no more than the signals will show.
    if (fresh.push(message) > 2 * history + 1000) fresh = fresh.slice(-history - 1)
  }

  function call(type: string, data: unknown, message?: AnyMessage) {
    for (const entry of listeners.get(type) ?? NOBODY) {
      try {
        entry.listener(data, message as AnyMessage)
      } catch (thrown) {
        report(thrown)
      }
    }
  }

  function fail(failure: SSEError) {
    error.value = failure
    call('error', failure)
  }

  function commit() {
    if (fresh.length === 0) return
    const kept = new Map<AnyMessage, AnyMessage>()
    const keep = (message: AnyMessage) => {
      const copy = kept.get(message) ?? stored(message)
      kept.set(message, copy)
      return copy
    }
    for (const [type, message] of freshByType) (byType.get(type) as Signal).value = keep(message)
    freshByType.clear()
    latest.value = keep(fresh.at(-1) as AnyMessage)
    if (history > 0) {
      const added = fresh.slice(-history).map(keep)
      messages.value = [...messages.peek(), ...added].slice(-history)
    }
    fresh = []
    for (const fold of folds) fold.commit()
  }

  function on(type: string, listener: AnyListener): Unsubscribe {
    const entry = { listener }
    const release = lease.hold()
    listeners.set(type, [...(listeners.get(type) ?? []), entry])
    return () => {
      // A delivery under way still holds the entry.
      entry.listener = () => {}
      const rest = listeners.get(type)?.filter((other) => other !== entry)
      if (rest?.length) listeners.set(type, rest)
      else listeners.delete(type)
      release()
    }
  }

  function latestOf(type: string): ReadonlySignal<AnyMessage | undefined> {
    let last = byType.get(type)
    if (!last) {
      last = heldSignal(
        messages.peek().findLast((message) => message.type === type),
        lease,
      )
      byType.set(type, last)
    }
    return last
  }

  function fold<S>(seed: Seed<S>, reduce: (state: S, message: AnyMessage) => S) {
    return createFold(seed, reduce, {
      queue,
      attach(input) {
        const release = lease.hold()
        folds.add(input)
        return () => {
          folds.delete(input)
          release()
        }
      },
      joinedAt: host.joinedAt,
      isClosed: () => host.closed() !== undefined,
      retryDelay: host.retryDelay,
      fail: (failure: SeedError) => atomic(() => fail(failure)),
    })
  }

  function iterate(): AsyncIterator<AnyMessage, undefined> {
    const release = lease.hold()
    const messages = createQueue<AnyMessage>(queue, () => {
      queues.delete(messages)
      release()
    })
    queues.add(messages)
    const closed = host.closed()
    if (closed) messages.end(closed.error)
    return messages.iterator
  }

  return {
    feed: {
      latest,
      messages,
      error,
      latestOf,
      on,
      fold,
      [Symbol.asyncIterator]: iterate,
    } as Feed<E>,
    deliver(pull) {
      atomic(() => {
        pull()
        if (commits) commits.request()
        else commit()
      })
    },
    offer: offer as (message: Message<E>) => void,
    fail,
    recover() {
      error.value = undefined
    },
    joined(resumed) {
      for (const fold of folds) fold.joined(resumed)
    },
    end(final, failure) {
      commits?.flush()
      for (const queue of queues) queue.end(failure)
      if (!final) return
      for (const fold of folds) fold.end()
      lease.end()
    },
    clear() {
      commits?.cancel()
      fresh = []
      freshByType.clear()
      atomic(() => {
        latest.value = error.value = undefined
        messages.value = []
        for (const last of byType.values()) last.value = undefined
      })
    },
  }
}

/** Runs as one change to whoever watches. An effect that throws is reported. */
export function atomic(change: () => void): void {
  guard(() => batch(change))
}

/** A message as it may be kept: what was cut out of a chunk of the stream would hold the whole chunk in memory. */
function stored(message: AnyMessage): AnyMessage {
  const { type, data, id } = message
  return {
    type: ownText(type),
    data: typeof data === 'string' ? ownText(data) : data,
    id: ownText(id),
  }
}
