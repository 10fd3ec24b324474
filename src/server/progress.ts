/** The progress of a task as events: `progress`, then `complete` or `error`. */

/** What a task's progress is sent as; use it as the event map: `useSSE<ProgressEvents>(url)`. */
export type ProgressEvents = {
  /** At each `update`. */
  progress: { percent: number; message?: string }
  /** The task has ended. */
  complete: { percent: 100 }
  /** The task threw. */
  error: { message: string }
}

/**
 * `update` sends `progress`; percent is kept within 0 and 100, NaN counts as 0. The signal aborts when nobody listens any more: the reader left, or
 * the hub closed.
 */
export type ProgressTask = (
  update: (percent: number, message?: string) => void,
  signal: AbortSignal,
) => unknown

/** Options of `createProgressStream` and `Target.progress`. */
export interface ProgressOptions {
  /** Text of the `error` event. Default: 'failed', so that nothing internal leaks. */
  errorMessage?: ((error: unknown) => string) | undefined
}

/** Runs a task and sends its progress. Resolves when the task has ended; what it throws is sent as text and goes to `onError`. */
export async function runProgress(
  task: ProgressTask,
  { errorMessage = () => 'failed' }: ProgressOptions,
  signal: AbortSignal,
  send: <T extends keyof ProgressEvents>(type: T, data: ProgressEvents[T]) => unknown,
  onError: (error: unknown) => void,
): Promise<void> {
  let over = false
  const update = (percent: number, message?: string) => {
    if (over || signal.aborted) return
    const clamped = percent > 0 ? Math.min(percent, 100) : 0
    send('progress', { percent: clamped, ...(message !== undefined && { message }) })
  }
  try {
    await task(update, signal)
    over = true
    if (!signal.aborted) send('complete', { percent: 100 })
  } catch (error) {
    over = true
    onError(error)
    if (signal.aborted) return
    try {
      send('error', { message: textOf(errorMessage(error)) })
    } catch (failure) {
      onError(failure)
      send('error', { message: 'failed' })
    }
  }
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message
  throw new TypeError(`errorMessage returned a ${typeof message}. Return a text.`)
}
