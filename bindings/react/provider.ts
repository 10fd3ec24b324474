/** `SSEProvider`: the client that hooks find. */
import { createContext, createElement, type ReactElement, type ReactNode, useContext } from 'react'
import type { RegisteredChannels, SSEClient } from '../../src/index.js'

/** Of `SSEProvider`. */
export interface SSEProviderProps {
  /** Made once by you; the provider neither opens nor closes it. */
  client: SSEClient<RegisteredChannels>
  /** Whose hooks find the client. */
  children?: ReactNode
}

const Provided = /* @__PURE__ */ createContext<SSEClient | undefined>(undefined)

/** Gives the hooks below it a client: `<SSEProvider client={client}>`. Several may be nested; the nearest counts. */
export function SSEProvider({ client, children }: SSEProviderProps): ReactElement {
  return createElement(Provided.Provider, { value: client }, children)
}

export function useProvided(): SSEClient | undefined {
  return useContext(Provided)
}
