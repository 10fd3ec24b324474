/** The channel composables as Vue components without a contract use them: every name, every type, payloads unknown. */
import { type Channel, type Message, SSEClient, type UntypedEvents } from 'tidewire'
import {
  type ChannelView,
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSSEClient,
} from 'tidewire/vue'
import { createApp, defineComponent, h, ref } from 'vue'
import { type Equal, is } from './equal.js'

export const Anything = defineComponent((props: { name: string }) => {
  const view = useChannel('notifications')
  is<Equal<typeof view, ChannelView<UntypedEvents>>>()
  const { latest, messages, latestOf, channel } = useChannel(() => props.name)
  is<Equal<typeof latest.value, Message | undefined>>()
  is<Equal<(typeof messages.value)[number]['data'], unknown>>()
  is<Equal<typeof channel.value, Channel>>()
  useChannelEvent(ref('a'), 'alert', (data: { level: string }) => data.level)
  useChannelEvent('a', 'alert', (data) => is<Equal<typeof data, unknown>>())
  useChannelEvent(channel, '*', (_, message) => is<Equal<typeof message, Message>>())
  const count = useFold(channel, 0, (count, message) => {
    is<Equal<typeof message, Message>>()
    return count + 1
  })
  is<Equal<typeof count.value, number>>()
  const provided = useSSEClient()
  is<Equal<typeof provided, SSEClient>>()
  // @ts-expect-error unknown is not any
  latestOf('x').value?.data.level
  // @ts-expect-error a pattern is not a name, whoever declares it
  useChannel('users/:id')
  return () => h('button', { onClick: useConnection().reconnect }, count.value)
})

createApp(Anything, { name: 'a' }).use(createSSE(new SSEClient()))
