/** Events as signals: every message to listeners, folds and loops, in order; then the signals, once a delivery. */

import type {
  ErrorOf,
  EventName,
  ListenerOf,
  ListenType,
  Message,
  UntypedEvents,
} from '../contract.js'
import { guard, RemoteError, report, type SeedError, type SSEError } from '../errors.js'
import { createFold, type FoldInput, type Seed, type SeedContext } from './fold.js'
import { type AnyMessage, createHistory } from './history.js'
import type { Lease } from './lease.js'
import { check } from './options.js'
import { createQueue, type Queue } from './queue.js'
import { batch, type ReadonlySignal, signal } from './signals.js'
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
  /** Events come. */
  isJoined(): boolean
  /** Nobody is to be heard, and what there is stays: closed, or paused by the user. */
  isResting(): boolean
  cursor(): string
  /** Why the feed ended, if it did. */
  closed(): { readonly error?: SSEError } | undefined
  retryDelay(attempt: number): number
  /** A fold has a snapshot that nothing is missing from. */
  seeded?(): void
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

type AnyListener = (data: unknown, message: AnyMessage) => void
type Entry = { listener: AnyListener }
const NOBODY: readonly Entry[] = []

export function createFeed<E>(options: FeedOptions, host: FeedHost): FeedControl<E> {
  const { throttle = 0, queue = 10_000 } = options
  const { lease } = host
  const history = createHistory(Math.trunc(options.history ?? 100), lease)
  const error = signal<SSEError | undefined>(undefined)
  const listeners = new Map<string, readonly Entry[]>()
  const folds = new Set<FoldInput<AnyMessage>>()
  const queues = new Set<Queue<AnyMessage>>()
  let offered = 0
  const commits = throttle === 0 ? undefined : createThrottle(throttle, () => atomic(commit))

  function offer(message: AnyMessage) {
    const { type, data } = message
    offered++
    if (error.peek()) error.value = undefined
    // First, so that a loop which a listener begins or ends starts after this message, or has it.
    for (const queue of queues) queue.push(message)
    if (type === 'error') fail(new RemoteError(data))
    else if (type !== '*') call(type, data, message)
    call('*', data, message)
    for (const fold of folds) fold.take(message)
    history.take(message)
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

  function recover() {
    error.value = undefined
  }

  function commit() {
    history.commit()
    for (const fold of folds) fold.commit()
  }

  function on(type: string, listener: AnyListener): Unsubscribe {
    check(`on("${type}", …)`, 'a function', listener)
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

  function fold<S>(seed: Seed<S>, reduce: (state: S, message: AnyMessage) => S) {
    check('fold(seed, …)', 'a function', reduce)
    return createFold(seed, reduce, {
      ...host,
      queue,
      offered: () => offered,
      attach(input) {
        folds.add(input)
        return () => folds.delete(input)
      },
      fail: (failure: SeedError) => atomic(() => fail(failure)),
      recover(failure: SeedError | undefined) {
        if (failure && error.peek() === failure) atomic(recover)
      },
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
      latest: history.latest,
      messages: history.messages,
      latestOf: history.latestOf,
      error,
      on,
      fold,
      [Symbol.asyncIterator]: iterate,
    } as Feed<E>,
    deliver(pull) {
      atomic(() => {
        guard(pull)
        // A listener may have closed the feed: then there is no later.
        if (commits && !host.closed()) commits.request()
        else commit()
      })
    },
    offer: offer as (message: Message<E>) => void,
    fail,
    recover,
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
      offered++
      commits?.cancel()
      atomic(() => {
        recover()
        history.clear()
      })
    },
  }
}

/** Runs as one change to whoever watches. An effect that throws is reported. */
export function atomic(change: () => void): void {
  guard(() => batch(change))
}
