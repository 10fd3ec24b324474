/** What a connection asks of the world around it: clock, chance, network, and the life of the page. */
import { after, delay, listen } from '../abort.js'

/** 'wake': the page or the machine slept, or the page came back; what was open may be dead. */
export type EnvironmentChange = 'online' | 'offline' | 'hidden' | 'visible' | 'wake'

export interface Environment {
  /** ms since the epoch. */
  now(): number
  /** 0 ≤ x < 1. */
  random(): number
  isOnline(): boolean
  isHidden(): boolean
  /** Tells of each change until the returned cleanup is called. */
  watch(listener: (change: EnvironmentChange) => void): () => void
}

const SLEEP_CHECK = 15_000
const SLEPT = 5000

/** The platform's own. Nothing is touched before the first call; what a platform lacks never changes. */
export const platform: Environment = {
  now: () => Date.now(),
  random: () => Math.random(),
  isOnline: () => globalThis.navigator?.onLine !== false,
  isHidden: () => globalThis.document?.visibilityState === 'hidden',

  watch(listener) {
    const stop = new AbortController()
    const { signal } = stop
    const on = (target: EventTarget | undefined, type: string, change: () => EnvironmentChange) => {
      if (target?.addEventListener) listen(target, type, () => listener(change()), signal)
    }
    on(globalThis, 'online', () => 'online')
    on(globalThis, 'offline', () => 'offline')
    // Never gated on `persisted`: what matters is that the page was away, not how it was kept.
    on(globalThis, 'pageshow', () => 'wake')
    on(globalThis.document, 'resume', () => 'wake')
    on(globalThis.document, 'visibilitychange', () => (platform.isHidden() ? 'hidden' : 'visible'))
    noticeSleep(() => listener('wake'), signal).catch(() => {})
    return () => stop.abort()
  },
}

export interface PageHandlers {
  /** Cut a wait short, look after an open stream. */
  wake(): void
  offline(): void
  /** Hidden for `pauseAfter` ms; visible again. */
  hide(): void
  show(): void
}

/** Tells what the life of the page means to a connection, until the returned cleanup is called. */
export function watchPage(
  environment: Environment,
  pauseAfter: number | false,
  page: PageHandlers,
): () => void {
  let visible = new AbortController()
  const hidden = () => {
    visible.abort()
    visible = new AbortController()
    if (pauseAfter !== false) after(pauseAfter, visible.signal, page.hide)
  }
  const unwatch = environment.watch((change) => {
    if (change === 'hidden') hidden()
    else if (change === 'offline') page.offline()
    else {
      if (change === 'visible') {
        visible.abort()
        page.show()
      }
      page.wake()
    }
  })
  if (environment.isHidden()) hidden()
  return () => {
    unwatch()
    visible.abort()
  }
}

/** A timer that wakes late has slept with its machine; in a hidden page it may only have been throttled. */
async function noticeSleep(woke: () => void, signal: AbortSignal): Promise<never> {
  for (;;) {
    const due = platform.now() + SLEEP_CHECK
    await delay(SLEEP_CHECK, signal)
    if (platform.now() - due > SLEPT && !platform.isHidden()) woke()
  }
}

/** A machine without a network still reaches itself. */
export function isLoopback(host: string): boolean {
  return /^(.*\.)?localhost$|^127\.|^\[::1\]$/.test(host)
}
