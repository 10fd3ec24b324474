/**
 * One stream kept alive: runs the machine of `state.ts` over attempts, delays and the life of the page.
 *
 * Every stay in a state owns one AbortController (connecting and open are one stay), so that leaving it ends its request, its
 * timers and its listeners, and a late result of an aborted stay is dropped.
 *
 * Over 250 lines because all of them read or change the same few variables, which files of their own would hand around.
 */

import { after } from '../abort.js'
import type { Diagnostic } from '../contract.js'
import { ConnectionError, type SSEError } from '../errors.js'

import type { EventBatch, StreamEvent } from '../event-stream/event.js'
import { ownText } from '../event-stream/own-text.js'
import { type Attempt, type AttemptOptions, startAttempt } from './attempt.js'
import { deliverInSlices } from './delivery.js'
import { type Environment, isLoopback, platform, watchPage } from './environment.js'
import type { ConnectionObserver } from './observer.js'
import type { Protocol } from './protocol.js'
import type { Requester, RequestOptions } from './request.js'
import {
  failureOf,
  longestDelay,
  type RetryOptions,
  retries,
  retryAfter,
  retryDelay,
} from './retry.js'
import { type ConnectionEvent, type ConnectionState, IDLE, isActive, transition } from './state.js'

/** What every reconnecting thing understands. */
export interface ConnectionOptions extends RequestOptions, AttemptOptions, RetryOptions {
  /** Cursor to start from. Default none. */
  lastEventId?: string | undefined
  /** Pause after so many ms in a hidden tab. Default `false`. */
  pauseWhenHidden?: number | false | undefined
  /** Called with each fact. What it throws is reported. */
  onDiagnostic?: ((fact: Diagnostic) => void) | undefined
  /** Aborting closes. */
  signal?: AbortSignal | undefined
}

export interface Connection {
  readonly state: ConnectionState
  /** The last event ID of what was dispatched. */
  readonly cursor: string
  dispatch(event: { type: 'hold' | 'release' | 'connect' | 'disconnect' | 'end' | 'close' }): void
  /** Replaces the stream now: beside the old one where the protocol can, else instead of it. */
  reconnect(): void
}

const ENDED = 'The server ended the stream.'
const SILENCE = 'No byte came within the heartbeat window.'
/** So long open (ms) is proof of health, as is a delivered message. */
const HEALTHY_AFTER = 5000
/** What broke while the page was away is noticed within so long (ms) of its return. */
const RETURN = 1000
/** A server ends the stream that is replaced: so long (ms) the one that replaces it may take to say hello unnoticed. */
const HANDOVER = 1000

export function createConnection(
  requester: Requester,
  protocol: Protocol,
  options: ConnectionOptions,
  observer: ConnectionObserver,
  environment: Environment = platform,
): Connection {
  const { now, random } = environment
  const { signal: ender, maxReconnectAttempts = Number.POSITIVE_INFINITY } = options
  let state = ender?.aborted ? transition(IDLE, { type: 'close' }) : IDLE
  let stay = new AbortController()
  let unwatch: (() => void) | undefined
  let cursor = options.lastEventId ?? ''
  /** The stream that delivers, and the one that is to take over from it. */
  let current: Attempt | undefined
  let challenger: Attempt | undefined
  /** What a server asked for by `retry:`, in ms. */
  let reconnectionTime = 0
  /** Attempts since the last proof of health. */
  let failures = 0
  let lastFailure: SSEError['code'] | undefined
  /** The server announced the end of the current stream. */
  let planned: number | undefined
  let host = ''
  /** Until then the page has only just come back. */
  let back = 0

  function dispatch(event: ConnectionEvent, error?: SSEError) {
    const previous = state
    state = transition(previous, event)
    if (state === previous) return
    // Whoever comes next has seen nothing yet.
    if (state.status === 'idle') cursor = options.lastEventId ?? ''
    const stays = event.type === 'ready' || event.type === 'lost'
    if (!stays) {
      stay.abort()
      stay = new AbortController()
      current = challenger = planned = undefined
    }
    if (!isActive(state)) {
      unwatch?.()
      unwatch = undefined
    } else unwatch ??= watchPage(environment, pauseAfter, page)
    if (event.type === 'close') ender?.removeEventListener('abort', close)

    const { signal } = stay
    observer.diagnose('state', { ...state })
    // An observer may have moved on; what it entered is under way already.
    if (!signal.aborted) observer.changed(state, error)
    if (!stays && !signal.aborted) enter(signal)
  }

  function enter(signal: AbortSignal) {
    if (state.status === 'connecting') {
      failures = state.attempt
      current = start(signal)
    } else if (state.status === 'waiting') {
      after(state.retryAt - now(), signal, () => dispatch({ type: 'due' }))
    }
  }

  function start(signal: AbortSignal): Attempt {
    const attempt = startAttempt(requester, protocol, cursor, options, environment, signal, {
      requested({ method, url }) {
        host = new URL(url).hostname
        observer.diagnose('request', { method, url, lastEventId: cursor })
      },
      opened() {
        if (!protocol.read) ready(attempt)
      },
      received: (batch) => receive(attempt, batch),
      skipped: observer.skipped,
      silent: () => silent(attempt),
    })
    attempt.done.then(
      () => over(attempt),
      (error: unknown) => over(attempt, error),
    )
    return attempt
  }

  function ready(attempt: Attempt, heartbeat?: number) {
    attempt.ready(heartbeat)
    if (attempt === challenger) {
      const old = current
      current = challenger
      challenger = planned = undefined
      old?.abort()
      observer.diagnose('replaced')
      observer.replaced?.()
    } else if (state.status === 'connecting') dispatch({ type: 'ready', at: now() })
    else return // the same stream with another heartbeat
    after(HEALTHY_AFTER, attempt.signal, healthy)
  }

  function healthy() {
    failures = 0
  }

  async function receive(attempt: Attempt, batch: EventBatch): Promise<void> {
    const { events, lastEventId, retry = reconnectionTime } = batch
    const { signal } = attempt
    reconnectionTime = retry
    if (events.length === 0 && lastEventId === cursor) return
    const reach = (id: string) => {
      if (attempt === current && !signal.aborted) cursor = id
    }
    const take = (event: StreamEvent) => {
      const isMessage = obey(attempt, event)
      reach(event.lastEventId)
      return isMessage
    }
    // A block without data may have moved it beyond the last event.
    const rest = (all: boolean) => reach(ownText(all ? lastEventId : cursor))
    await deliverInSlices({ events, signal, now, take, rest }, observer.deliver)
  }

  /** Does what the protocol says of a block; true where it is a message. */
  function obey(attempt: Attempt, event: StreamEvent): boolean {
    const instruction = protocol.read?.(event)
    if (!instruction) {
      if (attempt === current && state.status === 'open') {
        healthy()
        return true
      }
      attempt.abort(new ConnectionError('protocol', 'The server sent a message before its hello.'))
    } else if (instruction.type === 'ready') ready(attempt, instruction.heartbeat)
    else if (instruction.type === 'ending' && attempt === current) planned = instruction.after
    return false
  }

  /** An attempt of a stay that was left is neither of the two. */
  function over(attempt: Attempt, error?: unknown) {
    if (attempt === challenger) {
      challenger = undefined
      observer.diagnose('replacement-failed', { error })
      // The old stream is kept as long as it brings bytes.
      if (!current) failed(error ?? new ConnectionError('ended', ENDED))
      else if (current.isSilent()) failed(new ConnectionError('silence', SILENCE))
    } else if (attempt === current) {
      if (challenger) {
        current = planned = undefined
        after(HANDOVER, challenger.signal, () => {
          if (current) return
          current = challenger
          challenger = undefined
          dispatch({ type: 'lost', attempt: failures })
        })
      } else if (planned !== undefined) leave(planned)
      else if (error !== undefined) failed(error)
      else if (protocol.once) dispatch({ type: 'end' })
      else failed(new ConnectionError('ended', ENDED))
    }
  }

  /** A planned end is no failure, unless the stream lived so briefly that returning at once could go on for ever. */
  function leave(planned: number) {
    const lived = state.status === 'open' && now() - state.since >= HEALTHY_AFTER
    if (lived) dispatch(waiting(0, planned))
    else retry(planned)
  }

  function silent(attempt: Attempt) {
    if (attempt === current) observer.diagnose('silence')
    // Whoever was told may have moved on.
    if (attempt !== current) return
    if (protocol.overlaps) challenge()
    else failed(new ConnectionError('silence', SILENCE), true)
  }

  /** `atOnce`: another stream needs no delay, if the connection was healthy. */
  function failed(thrown: unknown, atOnce = false) {
    const error = failureOf(thrown)
    if (error.status === 204) return dispatch({ type: 'end' })
    const again = retries(error, options, {
      repeated: failures > 0 && error.code === lastFailure,
      resumable: !protocol.once || cursor !== '',
    })
    lastFailure = error.code
    if (!again || failures >= maxReconnectAttempts) dispatch({ type: 'fail', error }, error)
    else if (!failures && atOnce) dispatch({ type: 'replace', attempt: failures + 1 }, error)
    else retry(retryAfter(error, now()), error)
  }

  function retry(floor: number, error?: SSEError) {
    const attempt = failures + 1
    // A wait that began while the page was away would have been cut short.
    const delay =
      !failures && now() < back && state.status === 'open'
        ? 1
        : retryDelay(attempt, Math.max(reconnectionTime, floor), options, random)
    dispatch(waiting(attempt, delay, error), error)
  }

  function waiting(attempt: number, delay: number, error?: SSEError): ConnectionEvent {
    const offline = !environment.isOnline() && !isLoopback(host)
    const retryAt = now() + (offline ? Math.max(delay, longestDelay(options)) : delay)
    return { type: 'wait', attempt, retryAt, offline, error }
  }

  function challenge() {
    challenger ??= start(stay.signal)
  }

  const page = {
    wake() {
      back = now() + RETURN
      dispatch({ type: 'due' })
      if (!protocol.once) current?.verify()
    },
    offline() {
      if (state.status === 'waiting' && !isLoopback(host))
        dispatch(waiting(state.attempt, state.retryAt - now(), state.error))
    },
    hide: () => dispatch({ type: 'hide' }),
    show: () => dispatch({ type: 'show' }),
  }
  // A request that must not be repeated is not given up for a hidden tab.
  const pauseAfter = protocol.once ? false : (options.pauseWhenHidden ?? false)

  const close = () => dispatch({ type: 'close' })
  if (!ender?.aborted) ender?.addEventListener('abort', close)

  return {
    get state() {
      return state
    },
    get cursor() {
      return cursor
    },
    dispatch,
    reconnect() {
      if (state.status === 'open' && protocol.overlaps) challenge()
      else dispatch({ type: 'reconnect' })
    },
  }
}
