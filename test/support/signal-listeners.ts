/** The fault harness's count of abort listeners, for one test. */
import { onTestFinished } from 'vitest'
import { watchSignalListeners } from './faults/signal-listeners.js'

/** Counts from now on, on every signal that somebody listens to and that has not aborted. */
export function countSignalListeners(): () => number {
  const listeners = watchSignalListeners()
  onTestFinished(listeners.restore)
  return () => listeners.count
}
