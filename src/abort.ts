/** Time and cancellation: a timer is a promise that ends with a signal, so none survives as a field. */

/** The longest wait of the platform's timers (2³¹ − 1 ms, about 24.8 days); beyond it they fire at once. */
export const LONGEST_DELAY = 2_147_483_647

/** Calls `then` after `milliseconds` unless the signal aborts first. Leaves neither timer nor listener behind. */
export function after(milliseconds: number, signal: AbortSignal, then: () => void): void {
  if (signal.aborted) return
  const cancel = () => clearTimeout(timer)
  const due = () => {
    signal.removeEventListener('abort', cancel)
    then()
  }
  const timer = setTimeout(due, Math.min(milliseconds, LONGEST_DELAY))
  signal.addEventListener('abort', cancel)
}

/** Settles as `promise` does, or rejects with the signal's reason as soon as it aborts. */
export function race<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    void promise.then(resolve, reject).then(() => signal.removeEventListener('abort', abort))
  })
}

/** Resolves after `milliseconds`, or rejects with the signal's reason as soon as it aborts. */
export function delay(milliseconds: number, signal: AbortSignal): Promise<void> {
  return race(new Promise((resolve) => after(milliseconds, signal, resolve)), signal)
}

/** Calls the listener at each such event until the signal aborts. */
export function listen(
  target: EventTarget,
  type: string,
  listener: () => void,
  signal: AbortSignal,
): void {
  target.addEventListener(type, listener)
  // Not the option `signal`: of several listeners on one target Node 20 may collect the end of all but the last.
  signal.addEventListener('abort', () => target.removeEventListener(type, listener))
}

/** A controller that aborts with its parent. Abort it when done, so that a long-lived parent keeps nothing. */
export function linked(parent: AbortSignal | null | undefined): AbortController {
  const controller = new AbortController()
  const abort = () => controller.abort(parent?.reason)
  if (parent?.aborted) abort()
  else if (parent) listen(parent, 'abort', abort, controller.signal)
  return controller
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
