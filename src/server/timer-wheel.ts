/** One timer for everything a hub waits for: heartbeats, ages, expiries, settling. */
import { delay } from '../abort.js'

export interface TimerWheel {
  /** Runs once after `milliseconds`, up to one tick later; after Infinity never. Returns what takes it back. */
  add(milliseconds: number, run: () => void): () => void
  /** Entries waiting. */
  readonly size: number
  /** Forgets everything. */
  stop(): void
}

interface Entry {
  /** The tick it is due at. */
  readonly due: number
  readonly run: () => void
}

const TICK = 100
/** Together a little under a minute: heartbeats meet their slot once, ages are passed over a few times. */
const SLOTS = 512

/** Ticks only while something waits. What an entry throws goes to `onError`, and the others go on. */
export function createTimerWheel(onError: (error: unknown) => void): TimerWheel {
  const slots = Array.from({ length: SLOTS }, () => new Set<Entry>())
  let size = 0
  /** The last tick that was worked off. */
  let tick = 0
  let running: AbortController | undefined

  // Not the clock of day: it may be set back.
  const now = () => Math.floor(performance.now() / TICK)
  const slotOf = (due: number) => slots[due % SLOTS] as Set<Entry>

  async function turn({ signal }: AbortController) {
    while (size > 0) {
      await delay(TICK, signal)
      const until = now()
      // After a long sleep one round meets every slot.
      tick = Math.max(tick, until - SLOTS)
      while (tick < until && !signal.aborted) work(++tick, until)
    }
    if (running?.signal === signal) running = undefined
  }

  function work(at: number, until: number) {
    const slot = slotOf(at)
    for (const entry of slot) {
      if (entry.due > until) continue
      slot.delete(entry)
      size--
      try {
        entry.run()
      } catch (error) {
        onError(error)
      }
    }
  }

  return {
    add(milliseconds, run) {
      if (milliseconds === Number.POSITIVE_INFINITY) return () => {}
      if (!running) tick = now()
      // One more, since the tick under way is partly over.
      const due = Math.max(now(), tick) + 1 + Math.ceil(Math.max(0, milliseconds) / TICK)
      const entry: Entry = { due, run }
      slotOf(due).add(entry)
      size++
      if (!running) {
        running = new AbortController()
        turn(running).catch(() => {})
      }
      return () => {
        if (slotOf(due).delete(entry)) size--
      }
    },
    get size() {
      return size
    },
    stop() {
      running?.abort()
      running = undefined
      for (const slot of slots) slot.clear()
      size = 0
    },
  }
}
