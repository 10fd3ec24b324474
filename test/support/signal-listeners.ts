/** How many listeners wait on abort signals, so that a test sees those that are never taken away. */
import { getEventListeners } from 'node:events'
import { vi } from 'vitest'

/** Counts from now on, on every signal that somebody listens to and that has not aborted. */
export function countSignalListeners(): () => number {
  const signals = new Set<AbortSignal>()
  const add = EventTarget.prototype.addEventListener
  vi.spyOn(EventTarget.prototype, 'addEventListener').mockImplementation(function (
    this: EventTarget,
    ...parameters
  ) {
    if (this instanceof AbortSignal) signals.add(this)
    return add.apply(this, parameters)
  })
  return () => {
    let count = 0
    for (const signal of signals)
      if (!signal.aborted) count += getEventListeners(signal, 'abort').length
    return count
  }
}
