/** `useConnection`: how a client is connected, as refs. */
import { type MaybeRefOrGetter, toRaw, toValue } from 'vue'
import { type ChannelMap, createConnectionHolder, type SSEClient } from '../../src/index.js'
import { need, useProvided } from './provider.js'
import type { Skip } from './target.js'
import { type ConnectionView, useView } from './view.js'

/** The connection of the app's client, or of the one given. Opens nothing. */
export function useConnection<C extends ChannelMap<C>>(
  client?: MaybeRefOrGetter<SSEClient<C> | Skip>,
): ConnectionView {
  const provided = useProvided()
  const connection = () => toRaw(toValue(client)) ?? need(provided)
  return useView(connection, () => createConnectionHolder(connection()))
}
