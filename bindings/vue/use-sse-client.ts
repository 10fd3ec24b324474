/** `useSSEClient`: the client itself. */
import type { ChannelMap, RegisteredChannels, SSEClient } from '../../src/index.js'
import { need, useProvided } from './provider.js'

/** The app's client. Without the plugin all composables that need one throw. */
export function useSSEClient<C extends ChannelMap<C> = RegisteredChannels>(): SSEClient<C> {
  return need(useProvided()) as unknown as SSEClient<C>
}
