/** `useSSEClient`: the client itself. */
import {
  type ChannelMap,
  provided,
  type RegisteredChannels,
  type SSEClient,
} from '../../src/index.js'
import { useProvided } from './provider.js'

/** The app's client. Without the plugin all composables that need one throw. */
export function useSSEClient<C extends ChannelMap<C> = RegisteredChannels>(): SSEClient<C> {
  return provided(useProvided()) as unknown as SSEClient<C>
}
