/** A count of holders: the first one starts something, the last one leaving stops it after a grace. */

import { after } from '../abort.js'
import { type Signal, signal } from './signals.js'

export interface Lease {
  /** Holds until the returned function is called. Starts in a microtask, so that what comes and goes in one task costs nothing. */
  hold(): () => void
  /** Somebody holds, or did until a moment ago. */
  readonly isHeld: boolean
  /** From now on there is no grace: for what is closed for good and must leave no timer. */
  end(): void
}

/** Long enough for StrictMode and a change of route, in ms. */
const GRACE = 250

/** `grace`: ms. Where it is 0, the last one leaving stops at once. */
export function createLease(start: () => void, stop: () => void, grace = GRACE): Lease {
  let holders = 0
  let started = false
  let ended = false
  let leaving = new AbortController()

  function settle() {
    if (started === holders > 0) return
    started = !started
    if (started) start()
    else stop()
  }

  return {
    get isHeld() {
      return started || holders > 0
    },
    hold() {
      let held = true
      if (holders++ === 0) {
        leaving.abort()
        if (!started) queueMicrotask(settle)
      }
      return () => {
        if (!held) return
        held = false
        if (--holders > 0) return
        if (ended || !started || grace === 0) return settle()
        leaving = new AbortController()
        after(grace, leaving.signal, settle)
      }
    },
    end() {
      ended = true
      leaving.abort()
      settle()
    },
  }
}

/** A signal that holds the lease while somebody watches it. A read outside an effect never holds. */
export function heldSignal<T>(value: T, lease: Pick<Lease, 'hold'>): Signal<T> {
  let release = () => {}
  return signal(value, {
    watched() {
      release = lease.hold()
    },
    unwatched() {
      release()
    },
  })
}
