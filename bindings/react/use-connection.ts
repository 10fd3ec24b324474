/** `useConnection`: how a client is connected, as state. */
import {
  type ChannelMap,
  createConnectionHolder,
  provided,
  type SSEClient,
} from '../../src/index.js'
import { useProvided } from './provider.js'
import { type ConnectionView, useView } from './view.js'

/** The connection of the provider's client, or of the one given. Opens nothing. */
export function useConnection<C extends ChannelMap<C>>(
  client?: SSEClient<C> | null,
): ConnectionView {
  const ours = useProvided()
  const connection = client ?? provided(ours)
  return useView(() => createConnectionHolder(connection), connection)
}
