/** `useSignalValue`: any signal as state. */
import { useCallback, useSyncExternalStore } from 'react'
import type { ReadonlySignal } from '../../src/index.js'

/** The value of any signal; renders when it changes. */
export function useSignalValue<T>(signal: ReadonlySignal<T>): T {
  const watch = useCallback((changed: () => void) => signal.subscribe(changed), [signal])
  const now = () => signal.peek()
  return useSyncExternalStore(watch, now, now)
}
