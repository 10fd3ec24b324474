/** `useChannelEvent`: a listener until a scope ends. */
import type { MaybeRefOrGetter } from 'vue'
import type {
  Channel,
  ChannelName,
  ChannelTarget,
  EventsOf,
  ListenerOf,
  ListenType,
  RegisteredChannels,
} from '../../src/index.js'
import { type Checked, type Skip, useTarget } from './target.js'
import { useWatched } from './view.js'

/** Every event, in order. */
export function useChannelEvent<E, T extends ListenType<E>>(
  channel: MaybeRefOrGetter<Channel<E> | Skip>,
  type: T,
  listener: ListenerOf<E, NoInfer<T>>,
): void
export function useChannelEvent<
  const N extends ChannelName<RegisteredChannels>,
  T extends ListenType<EventsOf<RegisteredChannels, N>>,
>(
  name: MaybeRefOrGetter<N | Skip> & Checked<N>,
  type: T,
  listener: ListenerOf<EventsOf<RegisteredChannels, N>, NoInfer<T>>,
): void
export function useChannelEvent(
  target: MaybeRefOrGetter<ChannelTarget>,
  type: string,
  listener: (...told: never[]) => void,
): void {
  const channel = useTarget(target)
  useWatched(channel, (channel) => channel.on(type, listener), channel)
}
