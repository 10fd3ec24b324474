/** `useSignalValue`: any signal as a ref. */
import type { MaybeRefOrGetter } from 'vue'
import { type ReadonlyRef, rawOf, type SignalLike, useSignal } from './view.js'

/** Any signal as a ref. */
export function useSignalValue<T>(signal: MaybeRefOrGetter<SignalLike<T>>): ReadonlyRef<T> {
  const now = () => rawOf(signal)
  return useSignal(now, now)
}
