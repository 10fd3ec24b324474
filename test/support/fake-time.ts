/** A clock that only the test moves, and turns of the event loop, so that work finishes without anybody waiting for time. */
import { beforeEach, onTestFinished, vi } from 'vitest'

// Taken before any test replaces the clock.
const nextTurn = globalThis.setImmediate

/** Enough for the longest chain of promises and messages between two timers. */
const TURNS = 4

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => nextTurn(resolve))
}

/** Lets so many ms of fake time pass, and all that they start run. */
export async function advance(milliseconds: number): Promise<void> {
  await settle()
  await vi.advanceTimersByTimeAsync(milliseconds)
  await settle()
}

/** Fake time for each test of a file; globals and spies are as before when it ends. */
export function withFakeTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse('2026-11-20T12:00:00Z') })
    // The first to be asked for is the last to run: what a test opened is closed in the world in which it was opened.
    onTestFinished(() => {
      vi.useRealTimers()
      vi.unstubAllGlobals()
      vi.restoreAllMocks()
    })
  })
}
