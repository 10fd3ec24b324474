/** `useConnection`: how a client is connected, as state. */
import { useMemo } from 'react'
import { type ChannelMap, createConnectionHolder, type SSEClient } from '../../src/index.js'
import { need, useProvided } from './provider.js'
import { type ConnectionView, useView } from './view.js'

/** The connection of the provider's client, or of the one given. Opens nothing. */
export function useConnection<C extends ChannelMap<C>>(
  client?: SSEClient<C> | null,
): ConnectionView {
  const provided = useProvided()
  const connection = client ?? need(provided)
  return useView(useMemo(() => createConnectionHolder(connection), [connection]))
}
