/** Time and cancellation: a timer is a promise that ends with a signal, so none survives as a field. */

/** The longest wait of the platform's timers (2³¹ − 1 ms, about 24.8 days); beyond it they fire at once. */
export const LONGEST_DELAY = 2_147_483_647

/** Resolves after `milliseconds`, or rejects with the signal's reason at once. Leaves neither timer nor listener behind. */
export function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const timer = setTimeout(
      () => {
        signal.removeEventListener('abort', abort)
        resolve()
      },
      Math.min(milliseconds, LONGEST_DELAY),
    )
    const abort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    signal.addEventListener('abort', abort, { once: true })
  })
}

/** Runs `then` after `milliseconds` unless the signal aborts first. */
export function after(milliseconds: number, signal: AbortSignal, then: () => void): void {
  delay(milliseconds, signal).then(then, () => {})
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. */
export function race<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const done = () => signal.removeEventListener('abort', abort)
    promise.then(
      (value) => {
        done()
        resolve(value)
      },
      (reason) => {
        done()
        reject(reason)
      },
    )
  })
}

/** A controller that aborts with its parent. `unlink` when done, so that a long-lived parent keeps nothing. */
export function linked(parent: AbortSignal | null | undefined): {
  controller: AbortController
  unlink: () => void
} {
  const controller = new AbortController()
  if (!parent) return { controller, unlink: () => {} }
  const abort = () => controller.abort(parent.reason)
  if (parent.aborted) abort()
  else parent.addEventListener('abort', abort, { once: true })
  return { controller, unlink: () => parent.removeEventListener('abort', abort) }
}

/** Lets the page handle input, rendering and its other tasks. By a message, since timers crawl in hidden tabs. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}
