/** `createSSE`: the client that composables find. */
import { hasInjectionContext, type InjectionKey, inject, type Plugin } from 'vue'
import type { RegisteredChannels, SSEClient } from '../../src/index.js'

const Provided: InjectionKey<SSEClient> = Symbol('tidewire')

/** `app.use(createSSE(client))`; one client a request on a server. The app neither opens nor closes it. */
export function createSSE(client: SSEClient<RegisteredChannels>): Plugin {
  return (app) => void app.provide(Provided, client)
}

export function useProvided(): SSEClient | undefined {
  return hasInjectionContext() ? inject(Provided, undefined) : undefined
}
