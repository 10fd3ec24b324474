/** A clock for what is shown of running things: it stops while nobody looks. */

/** Milliseconds. */
const EVERY = 100
const CALM_EVERY = 1000

/** Calls back about ten times a second, once a second where motion is not wanted, and never in a hidden tab. Returns what ends that. */
export function onTick(callback: (now: number) => void): () => void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)')
  let last = 0
  let frame = requestAnimationFrame(step)

  function step() {
    frame = requestAnimationFrame(step)
    const now = Date.now()
    if (now - last < (calm.matches ? CALM_EVERY : EVERY)) return
    last = now
    callback(now)
  }
  return () => cancelAnimationFrame(frame)
}
