/** `useChannelEvent`: a listener for as long as a component is mounted. */
import { useEffect, useInsertionEffect, useRef } from 'react'
import type { ChannelTarget } from '../../src/bindings.js'
import type {
  Channel,
  ChannelName,
  CheckedName,
  EventsOf,
  ListenerOf,
  ListenType,
  RegisteredChannels,
} from '../../src/index.js'
import { type Skip, useTarget } from './target.js'

/** Every event, in order, without rendering. The newest `listener` is called; it need not be stable. */
export function useChannelEvent<E, T extends ListenType<E>>(
  channel: Channel<E> | Skip,
  type: T,
  listener: ListenerOf<E, NoInfer<T>>,
): void
export function useChannelEvent<
  const N extends ChannelName<RegisteredChannels>,
  T extends ListenType<EventsOf<RegisteredChannels, N>>,
>(
  name: CheckedName<RegisteredChannels, N> | Skip,
  type: T,
  listener: ListenerOf<EventsOf<RegisteredChannels, N>, NoInfer<T>>,
): void
export function useChannelEvent(
  target: ChannelTarget,
  type: string,
  listener: (...told: never[]) => void,
): void {
  const channel = useTarget(target)
  const newest = useRef(listener)
  // Before anything else that follows a render, so that no event finds an older one.
  useInsertionEffect(() => {
    newest.current = listener
  })
  useEffect(() => channel.on(type, (...told: never[]) => newest.current(...told)), [channel, type])
}
