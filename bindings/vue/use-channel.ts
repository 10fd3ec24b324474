/** `useChannel`: a channel as refs. */
import type { MaybeRefOrGetter } from 'vue'
import {
  type Channel,
  type ChannelName,
  type ChannelOptions,
  type ChannelTarget,
  createChannelHolder,
  type EventsOf,
  type RegisteredChannels,
} from '../../src/index.js'
import { type Checked, type Skip, useTarget } from './target.js'
import { type ChannelView, useView } from './view.js'

/** Joined until the scope ends, released while KeepAlive holds it inactive. `null` does nothing and stays 'idle'. A channel object needs no plugin. */
export function useChannel<E>(channel: MaybeRefOrGetter<Channel<E> | Skip>): ChannelView<E>
export function useChannel<const N extends ChannelName<RegisteredChannels>>(
  name: MaybeRefOrGetter<N | Skip> & Checked<N>,
  options?: MaybeRefOrGetter<ChannelOptions | undefined>,
): ChannelView<EventsOf<RegisteredChannels, N>>
export function useChannel<E>(
  target: MaybeRefOrGetter<ChannelTarget<E>>,
  options?: MaybeRefOrGetter<ChannelOptions | undefined>,
): ChannelView<E> {
  const channel = useTarget(target, options)
  return useView(() => createChannelHolder(channel()), channel)
}
