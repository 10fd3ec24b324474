/** Time that only a test moves: it stands in for the platform's timers and clocks until it is given back. */
import { replaceGlobals } from './globals.js'
import { settle, turn } from './turn.js'

export interface Clock {
  /** `Date.now()`, in ms. */
  readonly now: number
  /** Timers that wait; an interval is one. */
  readonly pending: number
  /** Lets so many ms pass: every timer that is due runs in its turn, and what it starts settles before the next one. */
  advance(milliseconds: number): Promise<void>
  /** The machine sleeps for so many ms: the clocks go on, and the timers that were due meanwhile run late, at the next `advance`. */
  sleep(milliseconds: number): void
  /** Gives the platform's own back. What waits never runs. */
  restore(): void
}

interface Timer {
  readonly run: () => void
  readonly every: number | undefined
  due: number
}

/**
 * Replaces `Date`, `performance.now`, `setTimeout`, `setInterval` and what clears them. `now`: where the clock of day begins, in ms
 * since the epoch; by default where it is. `AbortSignal.timeout` and what was taken from the platform before keep its time.
 */
export function installClock(now: number = Date.now()): Clock {
  const began = now
  /** By when they are due; among equals the one that was set first. */
  const timers: Timer[] = []
  const known = new Map<number, Timer>()
  let counted = 0

  function insert(timer: Timer) {
    let low = 0
    let high = timers.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((timers[middle] as Timer).due <= timer.due) low = middle + 1
      else high = middle
    }
    timers.splice(low, 0, timer)
  }

  function remove(timer: Timer) {
    const at = timers.indexOf(timer)
    if (at >= 0) timers.splice(at, 1)
  }

  function set(every: boolean) {
    return (run: (...values: unknown[]) => void, milliseconds = 0, ...values: unknown[]) => {
      const id = ++counted
      const wait = Math.max(1, Number(milliseconds) || 0)
      const timer: Timer = {
        due: now + (every ? wait : Math.max(0, Number(milliseconds) || 0)),
        every: every ? wait : undefined,
        run() {
          if (timer.every === undefined) known.delete(id)
          run(...values)
        },
      }
      known.set(id, timer)
      insert(timer)
      return handleOf(id)
    }
  }

  function clear(handle: unknown) {
    const id = Number(handle)
    const timer = known.get(id)
    if (!timer) return
    known.delete(id)
    remove(timer)
  }

  /** Runs what is due first, if that is not later than `until`. */
  function runNext(until: number): boolean {
    const timer = timers[0]
    if (!timer || timer.due > until) return false
    timers.shift()
    now = Math.max(now, timer.due)
    if (timer.every !== undefined) {
      timer.due = now + timer.every
      insert(timer)
    }
    timer.run()
    return true
  }

  const TrueDate = globalThis.Date
  const restoreGlobals = replaceGlobals({
    Date: { writable: true, value: dateAt(TrueDate, () => now) },
    setTimeout: { writable: true, value: set(false) },
    setInterval: { writable: true, value: set(true) },
    clearTimeout: { writable: true, value: clear },
    clearInterval: { writable: true, value: clear },
  })
  const restorePerformance = replaceGlobals(
    { now: { writable: true, value: () => now - began } },
    performance,
  )

  return {
    get now() {
      return now
    },
    get pending() {
      return known.size
    },
    async advance(milliseconds) {
      const until = now + milliseconds
      await settle()
      while (runNext(until)) await turn()
      now = until
      await settle()
    },
    sleep(milliseconds) {
      now += milliseconds
    },
    restore() {
      restoreGlobals()
      restorePerformance()
      timers.length = 0
      known.clear()
    },
  }
}

/** Node's timers are objects, of which programs ask whether they keep the process alive. */
function handleOf(id: number): unknown {
  if (typeof (globalThis as { process?: unknown }).process !== 'object') return id
  const handle = {
    ref: () => handle,
    unref: () => handle,
    hasRef: () => false,
    [Symbol.toPrimitive]: () => id,
  }
  return handle
}

function dateAt(TrueDate: DateConstructor, now: () => number): DateConstructor {
  return class extends TrueDate {
    constructor(...values: unknown[]) {
      super(...((values.length > 0 ? values : [now()]) as [number]))
    }
    static override now = now
  } as DateConstructor
}
