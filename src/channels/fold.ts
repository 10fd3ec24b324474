/** State accumulated over the messages of a feed, as a signal that is live while watched. */

import { after, race } from '../abort.js'
import { guard, OverflowError, SeedError } from '../errors.js'
import { createLease, heldSignal, type Lease } from './lease.js'
import { isPromiseLike } from './promise-like.js'
import type { ReadonlySignal } from './signals.js'

/** What an async seed is called with. */
export interface SeedContext {
  /** Aborted when the result is no longer wanted. */
  readonly signal: AbortSignal
  /** The cursor after which messages will be applied; '' where the server announced none. */
  readonly at: string
}

/** A value, a function that makes one, or an async function that loads a snapshot. */
export type Seed<S> = S | (() => S) | ((context: SeedContext) => PromiseLike<S>)

/** What a fold asks of its feed. */
export interface FoldHost<M> {
  /** Holds the feed until the returned function is called. */
  readonly lease: Pick<Lease, 'hold'>
  /** Sends the feed's messages to the fold until the returned function is called. */
  attach(input: FoldInput<M>): () => void
  /** Messages come. */
  isJoined(): boolean
  /** What a fold has is what it keeps while nobody watches. */
  isResting(): boolean
  /** How many messages there were. */
  offered(): number
  /** Messages come after this one. */
  cursor(): string
  fail(error: SeedError): void
  /** What `fail` was told is over. */
  recover(error: SeedError | undefined): void
  /** A snapshot is in force. */
  seeded?(): void
  /** ms before a snapshot is asked for again. */
  retryDelay(attempt: number): number
  /** So many messages may wait for a snapshot. */
  readonly queue: number
}

/** How a feed drives a fold. */
export interface FoldInput<M> {
  take(message: M): void
  /** Shows what the messages since the last call made of the state. */
  commit(): void
  /** The feed joined; `resumed` where nothing is missing since it last was. */
  joined(resumed: boolean): void
  /** The feed closed for good. */
  end(): void
}

export function createFold<M, S>(
  seed: Seed<S>,
  reduce: (state: S, message: M) => S,
  host: FoldHost<M>,
): ReadonlySignal<S | undefined> {
  const make = typeof seed === 'function' ? (seed as (context: SeedContext) => unknown) : undefined
  // Only who loads something has a use for the context.
  let isAsync = make !== undefined && (make.length > 0 || isAsyncFunction(make))
  let state: S | undefined
  /** There is a state: of an async seed, a snapshot. */
  let isSeeded = false
  /** Messages since the snapshot under way was asked for. */
  let since: M[] | undefined
  let hasJoined = false
  /** What `offered` was when the state was left as it is. */
  let keptAt: number | undefined
  let loading = new AbortController()
  let detach = () => {}

  const lease = createLease(
    () => {
      if (keptAt !== undefined && keptAt !== host.offered()) restart()
      detach = host.attach(input)
      if (host.isJoined()) input.joined(false)
    },
    () => {
      stopLoading()
      detach()
      hasJoined = false
      keptAt = host.isResting() ? host.offered() : undefined
      if (keptAt === undefined) restart()
    },
  )

  const input: FoldInput<M> = {
    take(message) {
      if (isSeeded) state = next(state as S, message)
      if (since && since.push(message) > host.queue) {
        since = undefined
        loading.abort(new OverflowError(host.queue))
      }
    },
    commit: () => guard(() => (output.value = state)),
    joined(resumed) {
      if (!make || (hasJoined && resumed)) return
      hasJoined = true
      if (isAsync) void load()
      else restart()
    },
    end() {
      stopLoading()
      lease.end()
    },
  }

  /** To the state before any message: of an async seed none, whatever function it is. */
  function reset() {
    let first: unknown = make ? undefined : seed
    if (make && !isAsync) {
      // Only its result tells an async function from a plain one; what was started is not wanted.
      first = make({ signal: AbortSignal.abort(), at: '' })
      if (isPromiseLike(first)) {
        isAsync = true
        first = void first.then(undefined, () => {})
      }
    }
    state = first as S | undefined
    isSeeded = !isAsync
  }

  function restart() {
    guard(reset)
    input.commit()
  }

  function next(before: S, message: M): S {
    let after = before
    guard(() => {
      after = reduce(before, message)
    })
    return after
  }

  function stopLoading() {
    loading.abort()
    loading = new AbortController()
    since = undefined
  }

  /** Loads a snapshot; the state before stays until it is there. A snapshot under way is not wanted any more. */
  async function load(attempt = 1, failure?: SeedError) {
    stopLoading()
    const { signal } = loading
    since = []
    try {
      const context = { signal, at: host.cursor() }
      const snapshot = Promise.resolve(make?.(context) as S | PromiseLike<S>)
      const first = await race(snapshot, signal)
      signal.throwIfAborted()
      state = since.reduce(next, first)
      since = undefined
      isSeeded = true
      host.recover(failure)
      input.commit()
      host.seeded?.()
    } catch (cause) {
      if (signal !== loading.signal) return
      stopLoading()
      // Who is told of the failure may end the fold, or begin it anew.
      const { signal: waiting } = loading
      const failure = new SeedError(cause)
      host.fail(failure)
      after(host.retryDelay(attempt), waiting, () => load(attempt + 1, failure))
    }
  }

  reset()
  const output = heldSignal(state, {
    // Both at once, so that the two graces are one.
    hold() {
      const leave = lease.hold()
      const release = host.lease.hold()
      return () => {
        leave()
        release()
      }
    },
  })
  return output
}

function isAsyncFunction(run: unknown): boolean {
  return Object.prototype.toString.call(run) === '[object AsyncFunction]'
}
