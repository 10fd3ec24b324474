/** What the channel hooks are given: a name for the provider's client, or the object. */
import {
  type Channel,
  type ChannelOptions,
  type ChannelTarget,
  channelOf,
} from '../../src/index.js'
import { useProvided } from './provider.js'

export type Skip = null | undefined

/** The same channel while the target and the options are. */
export function useTarget<E>(target: ChannelTarget<E>, options?: ChannelOptions): Channel<E> {
  return channelOf(target, useProvided(), options)
}
