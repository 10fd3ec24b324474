/** `useSignalValue`: any signal as a ref. */
import { type MaybeRefOrGetter, shallowReadonly, shallowRef, toRaw, toValue, watch } from 'vue'
import type { ReadonlySignal } from '../../src/index.js'
import { type ReadonlyRef, watchWhileShown } from './view.js'

/** Any signal as a ref. */
export function useSignalValue<T>(signal: MaybeRefOrGetter<ReadonlySignal<T>>): ReadonlyRef<T> {
  const now = () => toRaw(toValue(signal))
  const value = shallowRef(now().peek())
  const change = watchWhileShown(() =>
    now().subscribe((next) => {
      value.value = next
    }),
  )
  watch(
    now,
    (next) => {
      change()
      value.value = next.peek()
    },
    { flush: 'sync' },
  )
  return shallowReadonly(value)
}
