/** `useChannel`: a channel as state. */
import {
  type Channel,
  type ChannelName,
  type ChannelOptions,
  type ChannelTarget,
  type CheckedName,
  createChannelHolder,
  type EventsOf,
  type RegisteredChannels,
} from '../../src/index.js'
import { type Skip, useTarget } from './target.js'
import { type ChannelView, useView } from './view.js'

/** Joined while mounted. `null` does nothing and stays 'idle'. A channel object needs no provider. */
export function useChannel<E>(channel: Channel<E> | Skip): ChannelView<E>
export function useChannel<const N extends ChannelName<RegisteredChannels>>(
  name: CheckedName<RegisteredChannels, N> | Skip,
  options?: ChannelOptions,
): ChannelView<EventsOf<RegisteredChannels, N>>
export function useChannel<E>(target: ChannelTarget<E>, options?: ChannelOptions): ChannelView<E> {
  const channel = useTarget(target, options)
  return useView(() => createChannelHolder(channel), channel)
}
