/** When to try again: delays, floors, and the table of what is retried. */
import fc from 'fast-check'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { LONGEST_DELAY } from '../../src/abort.js'
import {
  longestDelay,
  type RetryOptions,
  retries,
  retryAfter,
  retryDelay,
} from '../../src/connection/retry.js'
import { ConnectionError, type ConnectionErrorCode, ResponseError } from '../../src/errors.js'

const least = () => 0
const most = () => 1 - Number.EPSILON

const answer = (status: number, headers: HeadersInit = {}) =>
  new ResponseError(
    status === 401 ? 'unauthorized' : status === 200 ? 'content-type' : 'status',
    `Status ${status}.`,
    { status, headers: new Headers(headers) },
  )

afterEach(() => vi.unstubAllGlobals())

describe('the delay before an attempt', () => {
  const delays = (random: () => number, options: RetryOptions = {}) =>
    Array.from({ length: 11 }, (_, n) => retryDelay(n + 1, 0, options, random))

  test('is at most 1 s × 1.5ⁿ, up to 30 s', () => {
    expect(delays(most)).toEqual([
      1000, 1500, 2250, 3375, 5062, 7594, 11391, 17086, 25629, 30000, 30000,
    ])
  })

  test('is at least half of that', () => {
    expect(delays(least)).toEqual([
      500, 750, 1125, 1688, 2531, 3797, 5695, 8543, 12814, 15000, 15000,
    ])
  })

  test('follows the options', () => {
    const options = { reconnectDelay: 10, reconnectMultiplier: 3, maxReconnectDelay: 100 }
    expect(delays(most, options).slice(0, 4)).toEqual([10, 30, 90, 100])
  })

  test('is never longer than maxReconnectDelay, even the first', () => {
    expect(retryDelay(1, 0, { reconnectDelay: 5000, maxReconnectDelay: 100 }, most)).toBe(100)
  })

  test('of 0 stays 0, however often it is multiplied', () => {
    expect(retryDelay(1, 0, { reconnectDelay: 0 }, most)).toBe(0)
    expect(retryDelay(5000, 0, { reconnectDelay: 0 }, most)).toBe(0)
  })

  test('lies anywhere between half and whole, whatever chance says', () => {
    const options = fc.record({
      reconnectDelay: fc.integer({ min: 1, max: 100_000 }),
      reconnectMultiplier: fc.double({ min: 1, max: 10, noNaN: true }),
      maxReconnectDelay: fc.integer({ min: 1, max: 10_000_000 }),
    })
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 5000 }), chance, (options, attempt, x) => {
        const grown = options.reconnectDelay * options.reconnectMultiplier ** (attempt - 1)
        const whole = Math.min(grown, options.maxReconnectDelay)
        const delay = retryDelay(attempt, 0, options, () => x)
        expect(Number.isInteger(delay)).toBe(true)
        expect(delay).toBeGreaterThanOrEqual(Math.floor(whole / 2))
        expect(delay).toBeLessThanOrEqual(Math.ceil(whole))
      }),
      { numRuns: 2000 },
    )
  })

  test('spreads: thousand clients use the whole range', () => {
    const delays = Array.from({ length: 1000 }, (_, n) => retryDelay(1, 0, {}, () => n / 1000))
    expect(Math.min(...delays)).toBe(500)
    expect(Math.max(...delays)).toBeGreaterThan(995)
    expect(new Set(delays).size).toBeGreaterThan(490)
  })
})

describe('a floor', () => {
  test('that the backoff exceeds changes nothing', () => {
    expect(retryDelay(5, 1000, {}, least)).toBe(2531)
  })

  test('above the backoff is waited for, with jitter on top', () => {
    expect(retryDelay(1, 60_000, {}, least)).toBe(60_000)
    expect(retryDelay(1, 60_000, {}, most)).toBe(75_000)
  })

  test('may exceed maxReconnectDelay: it is what the server asked for', () => {
    expect(retryDelay(1, 60_000, { maxReconnectDelay: 100 }, least)).toBe(60_000)
  })

  test('is never undercut, nor exceeded by more than a quarter where it rules', () => {
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: LONGEST_DELAY }),
        fc.integer({ min: 1, max: 100 }),
        chance,
        (floor, attempt, x) => {
          const delay = retryDelay(attempt, floor, {}, () => x)
          expect(delay).toBeGreaterThanOrEqual(floor)
          expect(delay).toBeLessThanOrEqual(Math.max(30_000, Math.ceil(floor * 1.25)))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('and everything else stays within what a timer can wait', () => {
    expect(retryDelay(1, LONGEST_DELAY, {}, most)).toBe(LONGEST_DELAY)
    expect(retryDelay(1, Number.POSITIVE_INFINITY, {}, least)).toBe(LONGEST_DELAY)
    const endless = {
      reconnectDelay: Number.POSITIVE_INFINITY,
      maxReconnectDelay: Number.POSITIVE_INFINITY,
    }
    expect(retryDelay(1, 0, endless, most)).toBe(LONGEST_DELAY)
    expect(retryDelay(2000, 0, { maxReconnectDelay: Number.POSITIVE_INFINITY }, most)).toBe(
      LONGEST_DELAY,
    )
    expect(longestDelay(endless)).toBe(LONGEST_DELAY)
  })
})

describe('Retry-After', () => {
  const now = Date.parse('Fri, 20 Nov 2026 12:00:00 GMT')
  const after = (value: string) => retryAfter(answer(503, { 'retry-after': value }), now)

  test.each([
    ['seconds', '120', 120_000],
    ['no seconds', '0', 0],
    ['seconds between blanks', '  7 ', 7000],
    ['a date', 'Fri, 20 Nov 2026 12:01:30 GMT', 90_000],
    ['a date in the obsolete form of RFC 850', 'Friday, 20-Nov-26 12:00:05 GMT', 5000],
    ['a date in the past', 'Fri, 20 Nov 2026 11:59:59 GMT', 0],
    ['this very moment', 'Fri, 20 Nov 2026 12:00:00 GMT', 0],
    ['a date beyond what a timer can wait', 'Sat, 20 Nov 2126 12:00:00 GMT', LONGEST_DELAY],
    ['more seconds than a timer can wait', '99999999999', LONGEST_DELAY],
    ['more digits than a number holds', '9'.repeat(400), LONGEST_DELAY],
    ['nothing', '', 0],
    ['words', 'soon', 0],
    ['a negative number', '-5', 0],
    ['a negative number like a year', '-2099', 0],
    ['a fraction', '1.5', 0],
    ['a fraction like a date', '2099.5', 0],
    ['a number with a unit', '3000 ms', 0],
    ['an exponent', '1e3', 0],
    ['a hexadecimal number', '0x10', 0],
    ['two values', '5, 10', 0],
    ['a date that is none', 'Fri, 45 Nov 2026 12:00:00 GMT', 0],
  ])('of %s', (_, value, expected) => {
    expect(after(value)).toBe(expected)
  })

  test('absent is no floor', () => {
    expect(retryAfter(answer(503), now)).toBe(0)
  })

  test('is read of responses only', () => {
    expect(retryAfter(new ConnectionError('network', 'No response.'), now)).toBe(0)
  })

  test('is a wait that a timer can keep, whatever it says', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const headers = new Headers()
        try {
          headers.set('retry-after', value)
        } catch {
          return // no server can send it
        }
        const wait = retryAfter(answer(503, headers), now)
        expect(wait).toBeGreaterThanOrEqual(0)
        expect(wait).toBeLessThanOrEqual(LONGEST_DELAY)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('tried again', () => {
  const fresh = { repeated: false, resumable: true }

  test.each<[ConnectionErrorCode, boolean]>([
    ['network', true],
    ['timeout', true],
    ['silence', true],
    ['protocol', true],
    ['ended', true],
    ['request', false],
  ])('is a connection error "%s": %s', (code, expected) => {
    expect(retries(new ConnectionError(code, 'It failed.'), {}, fresh)).toBe(expected)
  })

  const retryable = [408, 425, 429, 500, 502, 503, 504, 507, 599]
  const final = [201, 206, 300, 304, 400, 401, 402, 403, 404, 405, 406, 409, 410, 418, 422, 451]
  test.each(retryable)('is status %i', (status) => {
    expect(retries(answer(status), {}, fresh)).toBe(true)
  })
  test.each(final)('is not status %i', (status) => {
    expect(retries(answer(status), {}, fresh)).toBe(false)
  })

  test('is a wrong content type, but not twice running', () => {
    expect(retries(answer(200), {}, fresh)).toBe(true)
    expect(retries(answer(200), {}, { ...fresh, repeated: true })).toBe(false)
  })

  test('is nothing of a request that cannot be resumed', () => {
    const spent = { repeated: false, resumable: false }
    expect(retries(new ConnectionError('network', 'No response.'), {}, spent)).toBe(false)
    expect(retries(answer(503), {}, spent)).toBe(false)
    expect(retries(answer(200), {}, spent)).toBe(false)
  })

  test('is whatever retryOn says, before any rule', () => {
    const spent = { repeated: true, resumable: false }
    expect(retries(answer(404), { retryOn: () => true }, spent)).toBe(true)
    expect(retries(answer(503), { retryOn: () => false }, fresh)).toBe(false)
  })

  test('is what the rules say where retryOn has no opinion', () => {
    const options = { retryOn: () => undefined }
    expect(retries(answer(404), options, fresh)).toBe(false)
    expect(retries(answer(503), options, fresh)).toBe(true)
  })

  test('is what the rules say where retryOn throws, which is reported', () => {
    const report = vi.fn()
    vi.stubGlobal('reportError', report)
    const bug = new Error('a bug in retryOn')
    const retryOn = () => {
      throw bug
    }
    expect(retries(answer(503), { retryOn }, fresh)).toBe(true)
    expect(retries(answer(404), { retryOn }, fresh)).toBe(false)
    expect(report.mock.calls).toEqual([[bug], [bug]])
  })

  test('agrees with the error about itself', () => {
    for (const status of retryable) expect(answer(status).retryable).toBe(true)
    for (const status of final) expect(answer(status).retryable).toBe(false)
  })
})
