/** `useFold`: everything a feed brought, as one state. */
import { useState } from 'react'
import {
  type Channel,
  closedChannel,
  type Feed,
  type Message,
  type SeedContext,
  type Source,
} from '../../src/index.js'
import { useSignalValue } from './use-signal-value.js'

type Skip = null | undefined
/** The union, since types are inferred from what bears the same name. */
type Bindable<E> = Channel<E> | Source<E> | Feed<E>

/** `feed.fold` bound to the component. `seed` and `reduce` are those of the first render with this feed. `null`: the plain seed, or `undefined`. */
export function useFold<E, S>(
  feed: Bindable<E> | Skip,
  seed: (context: SeedContext) => PromiseLike<S>,
  reduce: (state: S, message: Message<E>) => S,
): S | undefined
export function useFold<E, S>(
  feed: Bindable<E> | Skip,
  seed: S | (() => S),
  reduce: (state: S, message: Message<E>) => S,
): S
export function useFold<E, S>(
  feed: Bindable<E> | Skip,
  seed: S | (() => S),
  reduce: (state: S, message: Message<E>) => S,
): S {
  const [kept, keep] = useState(() => createSlot(feed, seed, reduce))
  let slot = kept
  if (slot.feed !== feed) {
    slot = createSlot(feed, seed, reduce)
    keep(slot)
  }
  return useSignalValue(slot.signal)
}

function createSlot<E, S>(
  feed: Bindable<E> | Skip,
  seed: S | (() => S),
  reduce: (state: S, message: Message<E>) => S,
) {
  return { feed, signal: (feed ?? closedChannel<E>()).fold(seed, reduce) }
}
