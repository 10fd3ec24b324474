/** State accumulated over the messages of a feed, as a signal that is live while watched. */
import type { ReadonlySignal } from '@preact/signals-core'
import { delay, linked, race } from '../abort.js'
import { guard, OverflowError, SeedError } from '../errors.js'
import { createLease, heldSignal } from './lease.js'

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
  /** Holds the feed and sends its messages to the fold until the returned function is called. */
  attach(input: FoldInput<M>): () => void
  /** The cursor once the feed is joined; `undefined` before. */
  joinedAt(): string | undefined
  /** The feed is closed: what a fold has is what it keeps. */
  isClosed(): boolean
  fail(error: SeedError): void
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
  let isAsync = make !== undefined && isAsyncFunction(make)
  let state = initial()
  /** Messages since the snapshot under way was asked for. */
  let since: M[] | undefined
  let overflow = () => {}
  let hasJoined = false
  let loading = new AbortController()
  let detach = () => {}

  const lease = createLease(
    () => {
      if (host.isClosed()) return
      detach = host.attach(input)
      if (host.joinedAt() !== undefined) input.joined(false)
    },
    () => {
      loading.abort()
      detach()
      detach = () => {}
      hasJoined = false
      if (host.isClosed()) return
      state = initial()
      input.commit()
    },
  )
  const output = heldSignal(state, lease)

  const input: FoldInput<M> = {
    take(message) {
      if (!isAsync || state !== undefined) state = next(state as S, message)
      if (since && since.push(message) > host.queue) overflow()
    },
    commit: () => guard(() => (output.value = state)),
    joined(resumed) {
      if (!make || (hasJoined && resumed)) return
      hasJoined = true
      if (isAsync) load()
      else {
        state = initial()
        input.commit()
      }
    },
    end() {
      loading.abort()
      lease.end()
    },
  }

  /** The state before any message: of an async seed `undefined`, whatever function it is. */
  function initial(): S | undefined {
    if (!make) return seed as S
    if (isAsync) return undefined
    // Only its result tells an async function from a plain one; what was started is not wanted.
    const result = make({ signal: AbortSignal.abort(), at: '' })
    if (!isPromiseLike(result)) return result as S
    isAsync = true
    result.then(undefined, () => {})
    return undefined
  }

  function next(before: S, message: M): S {
    let after = before
    guard(() => {
      after = reduce(before, message)
    })
    return after
  }

  /** Loads a snapshot; the state before stays until it is there. A snapshot under way is not wanted any more. */
  function load() {
    loading.abort()
    loading = new AbortController()
    loadUntil(loading.signal).catch(() => {})
  }

  async function loadUntil(signal: AbortSignal) {
    for (let attempt = 1; ; attempt++) {
      const { controller, unlink } = linked(signal)
      overflow = () => controller.abort(new OverflowError(host.queue))
      const waiting: M[] = []
      since = waiting
      try {
        const context = { signal: controller.signal, at: host.joinedAt() ?? '' }
        const snapshot = make?.(context) as PromiseLike<S>
        state = waiting.reduce(next, await race(snapshot, controller.signal))
        return input.commit()
      } catch (cause) {
        signal.throwIfAborted()
        host.fail(new SeedError(cause))
      } finally {
        if (since === waiting) since = undefined
        unlink()
      }
      await delay(host.retryDelay(attempt), signal)
    }
  }

  return output
}

function isAsyncFunction(run: unknown): boolean {
  return Object.prototype.toString.call(run) === '[object AsyncFunction]'
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function'
}
