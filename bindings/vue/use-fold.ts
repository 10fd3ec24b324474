/** `useFold`: everything a feed brought, as one ref. */
import { type MaybeRefOrGetter, shallowRef, toValue, watch } from 'vue'
import {
  type Channel,
  closedChannel,
  type Feed,
  type Message,
  type SeedContext,
  type Source,
} from '../../src/index.js'
import { useSignalValue } from './use-signal-value.js'
import type { ReadonlyRef } from './view.js'

type Skip = null | undefined
/** The union, since types are inferred from what bears the same name. */
type Bindable<E> = Channel<E> | Source<E> | Feed<E>

/** `feed.fold` bound to the scope; another feed starts another fold. `null`: the plain seed, or `undefined`. */
export function useFold<E, S>(
  feed: MaybeRefOrGetter<Bindable<E> | Skip>,
  seed: (context: SeedContext) => PromiseLike<S>,
  reduce: (state: S, message: Message<E>) => S,
): ReadonlyRef<S | undefined>
export function useFold<E, S>(
  feed: MaybeRefOrGetter<Bindable<E> | Skip>,
  seed: S | (() => S),
  reduce: (state: S, message: Message<E>) => S,
): ReadonlyRef<S>
export function useFold<E, S>(
  feed: MaybeRefOrGetter<Bindable<E> | Skip>,
  seed: S | (() => S),
  reduce: (state: S, message: Message<E>) => S,
): ReadonlyRef<S> {
  const now = () => toValue(feed)
  const create = () => (now() ?? closedChannel<E>()).fold(seed, reduce)
  const signal = shallowRef(create())
  watch(
    now,
    () => {
      signal.value = create()
    },
    { flush: 'sync' },
  )
  return useSignalValue(signal)
}
