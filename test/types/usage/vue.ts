/** The API as an author of Vue components uses it. Each line is one that must compile, or must not. */
import { createSource, type Message, SSEClient, type SSEError } from 'tidewire'
import {
  createSSE,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSignalValue,
  useSSE,
  useSSEClient,
} from 'tidewire/vue'
import { computed, createApp, defineComponent, h, ref, watch } from 'vue'
import { type AppChannels, type ChatMessage, type Equal, is } from './contract.js'

export const ConnectionBadge = defineComponent(() => {
  const { state, status, connected, reconnect } = useConnection()
  const text = computed(() =>
    state.value.status === 'waiting'
      ? `Retry ${state.value.attempt}: ${state.value.offline ? 'offline' : state.value.error?.message}`
      : status.value,
  )
  return () => h('button', { onClick: reconnect, disabled: connected.value }, text.value)
})

export const ConnectionErrors = defineComponent(() => {
  const { error } = useConnection()
  const same = useSignalValue(useSSEClient().error)
  is<Equal<typeof same.value, SSEError | undefined>>()
  is<Equal<typeof error, typeof same>>()
  return () =>
    error.value
      ? h(
          'p',
          { role: 'status' },
          `${error.value.retryable ? 'Trying again' : 'Failed'}: ${error.value.message}`,
        )
      : null
})

export const Chat = defineComponent((props: { room: string }) => {
  const name = () => `chat/${props.room}` as const
  const { channel, status, gap, latest, messages, latestOf } = useChannel(name, {
    replay: { last: 50 },
  })
  is<Equal<NonNullable<typeof latest.value>, Message<AppChannels['chat/:room']>>>()
  const typing = latestOf('typing')
  const list = useFold(
    channel,
    async ({ signal, at }) =>
      (await (
        await fetch(`/api/rooms/${props.room}?at=${at}`, { signal })
      ).json()) as ChatMessage[],
    (list, message) => (message.type === 'message' ? [...list, message.data] : list),
  )
  is<Equal<typeof list.value, ChatMessage[] | undefined>>()
  const count = useFold(channel, 0, (n) => n + 1)
  is<Equal<typeof count.value, number>>()
  useChannelEvent(name, 'message', (data, message) => {
    is<Equal<typeof data, ChatMessage>>()
    console.log(message.id)
  })
  useChannelEvent(name, '*', (_data, message) => console.log(message.type))
  watch(gap, (gap) => {
    if (gap) {
      console.log(gap.reason)
      channel.value.acknowledge()
    }
  })
  return () =>
    h('ol', { title: status.value }, [
      list.value?.map((m) => h('li', m.text)),
      messages.value.length,
      typing.value?.data.user,
    ])
})

export const Inbox = defineComponent(() => {
  const id = ref<string | null>(null)
  const { latest } = useChannel(() => (id.value ? (`users/${id.value}` as const) : null))
  is<Equal<NonNullable<typeof latest.value>, Message<AppChannels['users/:id']>>>()
  const { latest: alert } = useChannel('notifications', { throttle: 'frame' })
  const fixed = useChannel(ref('notifications' as const))
  is<Equal<typeof fixed.latest.value, typeof alert.value>>()
  const prompt = ref<string | null>(null)
  const { source, close } = useSSE<{ delta: { text: string } }>(
    () => (prompt.value ? '/api/answer' : null),
    { body: () => ({ prompt: prompt.value }) },
  )
  const text = useFold(source, '', (text, m) => text + m.data.text)
  const other = new SSEClient<{ jobs: { done: { ok: boolean } } }>({ url: '/jobs' })
  const job = useChannel(other.channel('jobs'))
  is<Equal<NonNullable<typeof job.latest.value>['data'], { ok: boolean }>>()
  const { id: clientId } = useSSEClient()
  return () => h('p', { onClick: close, title: clientId }, [latest.value?.type, text.value])
})

const prices = createSource<{ price: { bid: number } }>('/prices')
export const Bid = defineComponent(() => {
  const shown = ref(true)
  const bid = useSSE(() => (shown.value ? prices : null)).latestOf('price')
  return () => h('b', bid.value?.data.bid)
})

createApp(Inbox).use(createSSE(new SSEClient())).mount('#app')

export function negatives() {
  // @ts-expect-error wrong channel
  useChannel('notification')
  // @ts-expect-error wrong channel in a getter
  useChannel(() => 'notification' as const)
  // @ts-expect-error a pattern is not a name
  useChannel('users/:id')
  // @ts-expect-error wrong event
  useChannelEvent('notifications', 'alarm', () => {})
  // @ts-expect-error wrong payload
  useChannelEvent('notifications', 'alert', (data) => data.nothing)
  // @ts-expect-error wrong replay
  useChannel('notifications', { replay: { first: 1 } })
  // @ts-expect-error not a signal
  useSignalValue(7)
  // @ts-expect-error refs are read-only
  useConnection().connected.value = true
}
