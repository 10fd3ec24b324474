/** `useSignalValue`: any signal as a ref. */
import { type MaybeRefOrGetter, shallowRef, toRaw, toValue, watch } from 'vue'
import type { ReadonlySignal } from '../../src/index.js'
import { type ReadonlyRef, readonlyRef, watchWhileShown } from './view.js'

/** What a getter has nothing of, so that the type comes from what it returns. */
type SignalLike<T> = Pick<ReadonlySignal<T>, 'peek' | 'subscribe'>

/** Any signal as a ref. */
export function useSignalValue<T>(signal: MaybeRefOrGetter<SignalLike<T>>): ReadonlyRef<T> {
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
  return readonlyRef(value)
}
