/** The channel hooks as React components without a contract use them: every name, every type, payloads unknown. */
import { type Channel, type Message, SSEClient, type UntypedEvents } from 'tidewire'
import {
  type ChannelView,
  SSEProvider,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSSEClient,
} from 'tidewire/react'
import { type Equal, is } from './equal.js'

const client = new SSEClient()

export function Anything({ name }: { name: string }) {
  const view = useChannel('notifications')
  is<Equal<typeof view, ChannelView<UntypedEvents>>>()
  const { latest, messages, latestOf, channel } = useChannel(name)
  is<Equal<typeof latest, Message | undefined>>()
  is<Equal<(typeof messages)[number]['data'], unknown>>()
  is<Equal<typeof channel, Channel>>()
  useChannelEvent(name, 'alert', (data: { level: string }) => data.level)
  useChannelEvent('a', 'alert', (data) => is<Equal<typeof data, unknown>>())
  useChannelEvent(channel, '*', (_, message) => is<Equal<typeof message, Message>>())
  const count = useFold(channel, 0, (count, { type }) => (type === 'x' ? count + 1 : count))
  is<Equal<typeof count, number>>()
  const provided = useSSEClient()
  is<Equal<typeof provided, SSEClient>>()
  // @ts-expect-error unknown is not any
  latestOf('x')?.data.level
  // @ts-expect-error a pattern is not a name, whoever declares it
  useChannel('users/:id')
  return (
    <SSEProvider client={client}>
      <button type="button" onClick={useConnection().reconnect}>
        {count}
      </button>
    </SSEProvider>
  )
}
