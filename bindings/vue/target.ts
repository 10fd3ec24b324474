/** What the channel composables are given: a name for the app's client, or the object. */
import { type MaybeRefOrGetter, toValue } from 'vue'
import {
  type Channel,
  type ChannelOptions,
  type ChannelTarget,
  type CheckedName,
  channelOf,
  type RegisteredChannels,
} from '../../src/index.js'
import { useProvided } from './provider.js'
import { rawOf } from './view.js'

export type Skip = null | undefined
/** Beside the ref or getter, not inside, where it would spoil the inference of `N`. */
export type Checked<N extends string> =
  CheckedName<RegisteredChannels, N> extends N ? unknown : CheckedName<RegisteredChannels, N>

/** The same channel while the target and the options are. */
export function useTarget<E>(
  target: MaybeRefOrGetter<ChannelTarget<E>>,
  options?: MaybeRefOrGetter<ChannelOptions | undefined>,
): () => Channel<E> {
  const client = useProvided()
  return () => channelOf(rawOf(target), client, toValue(options))
}
