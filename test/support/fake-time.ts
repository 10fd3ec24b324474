/** A clock that only the test moves, and turns of the event loop, so that work finishes without anybody waiting for time. */
import { beforeEach, onTestFinished, vi } from 'vitest'
import { settle } from './faults/turn.js'

export { settle }

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
