/** `useConnection`: how a client is connected, as refs. */
import type { MaybeRefOrGetter } from 'vue'
import {
  type ChannelMap,
  createConnectionHolder,
  provided,
  type SSEClient,
} from '../../src/index.js'
import { useProvided } from './provider.js'
import type { Skip } from './target.js'
import { type ConnectionView, rawOf, useView } from './view.js'

/** The connection of the app's client, or of the one given. Opens nothing. */
export function useConnection<C extends ChannelMap<C>>(
  client?: MaybeRefOrGetter<SSEClient<C> | Skip>,
): ConnectionView {
  const ours = useProvided()
  const connection = () => rawOf(client) ?? provided(ours)
  return useView(() => createConnectionHolder(connection()), connection)
}
