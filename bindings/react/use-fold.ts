/** `useFold`: everything a feed brought, as one state. */
import {
  type Channel,
  closedChannel,
  type Feed,
  type Message,
  type SeedContext,
  type Source,
} from '../../src/index.js'
import { useSignalValue } from './use-signal-value.js'
import { useKept } from './view.js'

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
  return useSignalValue(useKept(() => (feed ?? closedChannel<E>()).fold(seed, reduce), feed))
}
