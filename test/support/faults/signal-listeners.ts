/** Who waits on abort signals, so that a listener which is never taken away is seen. */

export interface SignalListeners {
  /** On signals that have not aborted. */
  readonly count: number
  /** Counts no longer. */
  restore(): void
}

/** Counts what is added from now on. */
export function watchSignalListeners(): SignalListeners {
  const waiting = new Map<AbortSignal, Set<unknown>>()
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype

  EventTarget.prototype.addEventListener = function (...parameters) {
    const [type, listener] = parameters
    if (this instanceof AbortSignal && type === 'abort' && !this.aborted) {
      const listeners = waiting.get(this) ?? new Set()
      waiting.set(this, listeners.add(listener))
    }
    return add.apply(this, parameters)
  }
  EventTarget.prototype.removeEventListener = function (...parameters) {
    const [, listener] = parameters
    if (this instanceof AbortSignal) {
      const listeners = waiting.get(this)
      listeners?.delete(listener)
      if (listeners?.size === 0) waiting.delete(this)
    }
    return remove.apply(this, parameters)
  }

  return {
    get count() {
      let count = 0
      for (const [signal, listeners] of waiting)
        if (signal.aborted) waiting.delete(signal)
        else count += listeners.size
      return count
    },
    restore() {
      EventTarget.prototype.addEventListener = add
      EventTarget.prototype.removeEventListener = remove
    },
  }
}
