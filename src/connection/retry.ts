/** When to try again: which failures are retried, and after how long. */
import { LONGEST_DELAY } from '../abort.js'
import { ConnectionError, describe, guard, ResponseError } from '../errors.js'

export interface RetryOptions {
  /** The first delay in ms. Default 1000. */
  reconnectDelay?: number | undefined
  /** The longest delay of the backoff in ms. Default 30000. */
  maxReconnectDelay?: number | undefined
  /** What each further delay is multiplied by. Default 1.5. */
  reconnectMultiplier?: number | undefined
  /** Reconnection attempts without proof of health before `closed`. Default Infinity. */
  maxReconnectAttempts?: number | undefined
  /** Overrides what retries: `true` waits and tries again, `false` closes, `undefined` leaves it to the rules. */
  retryOn?: ((error: ConnectionError | ResponseError) => boolean | undefined) | undefined
}

/** The longest delay of the backoff in ms. */
export function longestDelay(options: RetryOptions): number {
  return Math.min(options.maxReconnectDelay ?? 30_000, LONGEST_DELAY)
}

/**
 * The delay in ms before a reconnection attempt (1 is the first): random in d/2 … d, d = reconnectDelay × multiplierⁿ up to the
 * maximum. `floor` is what the server asked for by `retry:` or `Retry-After`; up to a quarter comes on top, so that the clients
 * of one server do not return together.
 */
export function retryDelay(
  attempt: number,
  floor: number,
  options: RetryOptions,
  random: () => number,
): number {
  const { reconnectDelay = 1000, reconnectMultiplier = 1.5 } = options
  // NaN where no delay was multiplied by infinity.
  const grown =
    Math.min(longestDelay(options), reconnectDelay * reconnectMultiplier ** (attempt - 1)) || 0
  const spread = random()
  const backoff = (grown * (1 + spread)) / 2
  return Math.min(LONGEST_DELAY, Math.round(Math.max(backoff, floor * (1 + spread / 4))))
}

/** RFC 9110 section 10.2.3: seconds, or a date. Returns ms from now, 0 where the header is absent or makes no sense. */
export function retryAfter(error: unknown, now: number): number {
  const value = error instanceof ResponseError ? error.headers.get('retry-after')?.trim() : ''
  if (!value) return 0
  // Every form of a date has a time of day; without one Date.parse reads years into numbers.
  const wait = /^\d+$/.test(value)
    ? Number(value) * 1000
    : Date.parse(value.includes(':') ? value : '') - now
  return wait > 0 ? Math.min(wait, LONGEST_DELAY) : 0
}

/**
 * Whether a failure is tried again. `retryOn` speaks first; then a request that cannot be resumed is not repeated; then the
 * error's class decides, save that a wrong content type is tried once more, since a captive portal may have answered.
 */
export function retries(
  error: ConnectionError | ResponseError,
  options: RetryOptions,
  { repeated, resumable }: { repeated: boolean; resumable: boolean },
): boolean {
  let said: boolean | undefined
  guard(() => {
    said = options.retryOn?.(error)
  })
  if (said !== undefined) return said
  return resumable && (error.code === 'content-type' ? !repeated : error.retryable)
}

/** What ended a stream, as an error of which the rules know what to do. */
export function failureOf(thrown: unknown): ConnectionError | ResponseError {
  return thrown instanceof ConnectionError || thrown instanceof ResponseError
    ? thrown
    : new ConnectionError('network', describe(thrown), { cause: thrown })
}
