/** The channel composables as Vue components of an app with a contract use them. */
import { type Channel, type ErrorOf, type Message, SSEClient, type SSEError } from 'tidewire'
import {
  type ChannelView,
  type ConnectionView,
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSignalValue,
  useSSEClient,
} from 'tidewire/vue'
import { computed, createApp, defineComponent, h, ref, shallowRef, watch } from 'vue'
import { type Equal, is } from '../equal.js'
import type { AppChannels, ChatMessage } from './contract.js'

declare function toast(text: string): void

export const ConnectionBadge = defineComponent(() => {
  const connection = useConnection()
  is<Equal<typeof connection, ConnectionView>>()
  const { state, status, connected, error, reconnect } = connection
  const same = useSignalValue(useSSEClient().error)
  is<Equal<typeof same.value, SSEError | undefined>>()
  is<Equal<typeof error, typeof same>>()
  const text = computed(() =>
    state.value.status === 'waiting'
      ? `Retry ${state.value.attempt}: ${state.value.offline ? 'offline' : state.value.error?.message}`
      : status.value,
  )
  return () => h('button', { onClick: reconnect, disabled: connected.value }, text.value)
})

export const Chat = defineComponent((props: { room: string }) => {
  const name = () => `chat/${props.room}` as const
  const { channel, status, gap, error, latest, messages, latestOf } = useChannel(name, {
    replay: { last: 50 },
  })
  is<Equal<typeof channel.value, Channel<AppChannels['chat/:room']>>>()
  is<Equal<NonNullable<typeof latest.value>, Message<AppChannels['chat/:room']>>>()
  is<Equal<typeof error.value, ErrorOf<AppChannels['chat/:room']> | undefined>>()
  const typing = latestOf('typing')
  is<Equal<NonNullable<typeof typing.value>['data'], { user: string }>>()
  const list = useFold(
    channel,
    async ({ signal, at }) =>
      (await (
        await fetch(`/api/rooms/${props.room}?at=${at}`, { signal })
      ).json()) as ChatMessage[],
    (list, message) => (message.type === 'message' ? [...list, message.data] : list),
  )
  is<Equal<typeof list.value, ChatMessage[] | undefined>>()
  const count = useFold(channel, 0, (count) => count + 1)
  is<Equal<typeof count.value, number>>()
  useChannelEvent(name, 'message', (data, message) => {
    is<Equal<typeof data, ChatMessage>>()
    is<Equal<typeof message.type, 'message'>>()
    toast(message.id)
  })
  useChannelEvent(name, '*', (_, message) => toast(message.type))
  useChannelEvent(channel, 'typing', ({ user }) => toast(user))
  watch(gap, (gap) => {
    if (!gap) return
    toast(gap.reason)
    channel.value.acknowledge()
  })
  return () =>
    h('ol', { title: status.value }, [
      list.value?.map(({ text }) => h('li', text)),
      messages.value.length,
      typing.value?.data.user,
    ])
})

type Jobs = { jobs: { done: { ok: boolean } } }

export const Inbox = defineComponent(() => {
  const id = ref<string | null>(null)
  const inbox = useChannel(() => (id.value ? (`users/${id.value}` as const) : null))
  is<Equal<typeof inbox, ChannelView<AppChannels['users/:id']>>>()
  const { latest: alert } = useChannel('notifications', { throttle: 'frame' })
  const fixed = useChannel(ref('notifications' as const))
  is<Equal<typeof fixed.latest.value, typeof alert.value>>()
  const some = useChannel(ref<'notifications' | 'admin/logs' | null>(null))
  is<
    Equal<
      typeof some.latest.value,
      Message<AppChannels['notifications'] | AppChannels['admin/logs']> | undefined
    >
  >
  const options = () => ({ history: id.value ? 1 : 2 })
  useChannel('notifications', options)
  const other = new SSEClient<Jobs>({ url: '/jobs' })
  const job = useChannel(other.channel('jobs'))
  is<Equal<NonNullable<typeof job.latest.value>['data'], { ok: boolean }>>()
  useChannelEvent(
    () => other.channel('jobs'),
    'done',
    ({ ok }) => toast(String(ok)),
  )
  const { connected } = useConnection(() => other)
  const held = useConnection(shallowRef(other))
  is<Equal<typeof held.connected, typeof connected>>()
  const client = useSSEClient()
  is<Equal<typeof client, SSEClient<AppChannels>>>()
  return () => h('p', { title: client.id }, [inbox.latest.value?.type, String(connected.value)])
})

createApp(Inbox).use(createSSE(new SSEClient())).mount('#app')

export function negatives(other: SSEClient<Jobs>, name: string) {
  // @ts-expect-error wrong channel
  useChannel('notification')
  // @ts-expect-error wrong channel in a getter
  useChannel(() => 'notification' as const)
  // @ts-expect-error wrong channel in a ref
  useChannel(ref('notification' as const))
  // @ts-expect-error a pattern is not a name
  useChannel('users/:id')
  // @ts-expect-error too many segments
  useChannel('users/1/extra')
  // @ts-expect-error any string is not a name
  useChannel(() => name)
  // @ts-expect-error a channel has its own options
  useChannel(other.channel('jobs'), { history: 1 })
  // @ts-expect-error how many
  useChannel('notifications', { replay: { first: 1 } })
  // @ts-expect-error wrong event
  useChannelEvent('notifications', 'alarm', () => {})
  // @ts-expect-error wrong payload
  useChannelEvent('notifications', 'alert', (data) => data.nothing)
  // @ts-expect-error wrong event of an object
  useChannelEvent(other.channel('jobs'), 'failed', () => {})
  // @ts-expect-error wrong event
  useChannel('notifications').latestOf('alarm')
  // @ts-expect-error refs are read-only
  useConnection().connected.value = true
  // @ts-expect-error a name is no client
  useConnection('notifications')
  // @ts-expect-error a channel is no client
  useConnection(other.channel('jobs'))
  // @ts-expect-error not a signal
  useSignalValue(7)
  // @ts-expect-error of this app
  createSSE(other)
}
