/** `useFold`: everything a feed brought, as one ref. */
import type { MaybeRefOrGetter } from 'vue'
import {
  type Channel,
  closedChannel,
  type Feed,
  type Message,
  type SeedContext,
  type Source,
} from '../../src/index.js'
import { type ReadonlyRef, rawOf, useSignal } from './view.js'

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
  const now = () => rawOf(feed)
  return useSignal(() => (now() ?? closedChannel<E>()).fold(seed, reduce), now)
}
