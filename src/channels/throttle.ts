/** How often the signals of a feed may change. */
import { after } from '../abort.js'

/** 'frame': once an animation frame (a timer in hidden tabs). A number: at most once in so many ms. 0: once a network chunk. */
export type Throttle = 'frame' | number

export interface Throttled {
  /** Runs now, or soon and once for all who asked meanwhile. */
  request(): void
  /** Runs now if a run is due. */
  flush(): void
  /** Forgets a run that is due. */
  cancel(): void
}

/** How long to wait for a frame, in ms: hidden pages have none, and a page may be hidden while it waits for one. */
const FRAME = { visible: 250, hidden: 16 }

export function createThrottle(throttle: Throttle, run: () => void): Throttled {
  let due: AbortController | undefined
  let last = Number.NEGATIVE_INFINITY

  function cancel() {
    due?.abort()
    due = undefined
  }

  function flush() {
    if (!due) return
    cancel()
    last = Date.now()
    run()
  }

  return {
    request() {
      if (due) return
      due = new AbortController()
      if (throttle === 'frame') return nextFrame(due.signal, flush)
      // At most one interval, since a clock may be set back.
      const rest = Math.min(last + throttle - Date.now(), throttle)
      if (rest > 0) after(rest, due.signal, flush)
      else flush()
    },
    flush,
    cancel,
  }
}

function nextFrame(signal: AbortSignal, run: () => void) {
  const { document, requestAnimationFrame, cancelAnimationFrame } = globalThis as Partial<
    typeof globalThis
  >
  const hasFrames = requestAnimationFrame && document?.visibilityState !== 'hidden'
  after(hasFrames ? FRAME.visible : FRAME.hidden, signal, run)
  if (!hasFrames) return
  const frame = requestAnimationFrame(run)
  signal.addEventListener('abort', () => cancelAnimationFrame?.(frame), { once: true })
}
