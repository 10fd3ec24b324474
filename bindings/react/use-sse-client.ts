/** `useSSEClient`: the client itself. */
import type { ChannelMap, RegisteredChannels, SSEClient } from '../../src/index.js'
import { need, useProvided } from './provider.js'

/** The provider's client. Without a provider all hooks that need one throw. */
export function useSSEClient<C extends ChannelMap<C> = RegisteredChannels>(): SSEClient<C> {
  return need(useProvided()) as unknown as SSEClient<C>
}
