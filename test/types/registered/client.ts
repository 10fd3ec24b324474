/** The client as programs of an app with a contract use it: names, patterns, payloads, and what must not compile. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import {
  type Channel,
  type ChannelError,
  type ChannelSchemas,
  type ChannelStatus,
  type ConnectionState,
  type ConnectionStatus,
  channelName,
  computed,
  effect,
  type Gap,
  type GapReason,
  type InferChannels,
  type Message,
  type MessageError,
  type ReadonlySignal,
  type Replay,
  SSEClient,
  type SSEClientOptions,
  SSEError,
  type SSEEventListener,
  type SSESubscription,
  type Verdict,
} from 'tidewire'
import { createHub } from 'tidewire/server'
import { type Equal, is } from '../equal.js'
import type { AppChannels, ChatMessage } from './contract.js'

declare const userId: string
declare const roomId: string
declare const uploadId: string
declare const team: string
declare function toast(text: string): void
declare function draw(name: string, value: number): void
declare function token(): Promise<string>

export function seed() {
  const client = new SSEClient({
    url: '/_sse',
    reconnectDelay: 1000,
    maxReconnectDelay: 30_000,
    maxReconnectAttempts: 10,
    reconnectMultiplier: 1.5,
  })
  const notifications = client.subscribe('notifications')
  notifications.on('alert', (data) => console.log(`Alert: ${data.message}`))
  client.subscribe(`users/${userId}`).on('message', (data) => console.log(data.text))
  client.on('connected', () => console.log('SSE connected'))
  client.on('disconnected', (error) => is<Equal<typeof error, SSEError | undefined>>())
  client.on('reconnecting', ({ attempt, delay }) => is<Equal<typeof attempt, typeof delay>>())
  client.on('error', (error) => is<Equal<typeof error, SSEError>>())
  notifications.on('error', (error) => {
    if (error.message.includes('Unauthorized')) toast('log in')
  })
  client.subscribe(`chat/${roomId}`).on('typing', ({ user }) => toast(user))
  client.subscribe('dashboard/metrics').on('message', (metrics) => draw('cpu', metrics.cpu))
  const progress = client.subscribe(`upload/${uploadId}`)
  progress.on('progress', ({ percent, message }) => {
    draw('bar', percent)
    toast(message ?? '')
  })
  progress.on('complete', () => toast('Upload complete!'))
  progress.on('error', ({ message }) => toast(`Upload failed: ${message}`))
  interface AlertEvent {
    level: 'info' | 'warning' | 'error'
    message: string
  }
  const alertListener: SSEEventListener<AlertEvent> = (data) => console.log(data.level)
  notifications.on('alert', alertListener)
  interface TypedSubscription extends SSESubscription {
    onAlert(listener: SSEEventListener<AlertEvent>): () => void
  }
  is<Equal<TypedSubscription['close'], () => void>>()
  if (client.connected) client.disconnect()
  client.connect()
  client.reconnect()
  notifications.close()
  client.close()
}

const client = new SSEClient({
  headers: async () => ({ authorization: `Bearer ${await token()}` }),
  onUnauthorized: () => token(),
  retryOn: (error) => (error.code === 'status' && error.status === 404 ? true : undefined),
  onDiagnostic: ({ type, at, ...details }) => console.debug(at, type, details),
})

export function vanilla() {
  is<Equal<typeof client, SSEClient<AppChannels>>>()
  is<Equal<typeof client.state, ReadonlySignal<ConnectionState>>>()
  is<Equal<typeof client.status, ReadonlySignal<ConnectionStatus>>>()
  is<Equal<typeof client.error, ReadonlySignal<SSEError | undefined>>>()
  is<Equal<typeof client.id, string>>()
  is<Equal<typeof client.connected, boolean>>()
  const inbox = client.channel(`users/${userId}`)
  is<Equal<typeof inbox, Channel<AppChannels['users/:id']>>>()
  is<Equal<typeof inbox.status, ReadonlySignal<ChannelStatus>>>()
  is<Equal<typeof inbox.gap, ReadonlySignal<Gap | undefined>>>()
  const unread = inbox.fold(0, (n, message) => (message.type === 'message' ? n + 1 : n))
  is<Equal<typeof unread.value, number>>()
  const title = computed(() => `${unread.value} · ${client.status.value}`)
  return effect(() => {
    document.title = title.value
    const message = inbox.latest.value
    if (message?.type === 'typing') toast(message.data.user)
    is<Equal<NonNullable<typeof message>, Message<AppChannels['users/:id']>>>()
    const typing = inbox.latestOf('typing').value
    is<Equal<NonNullable<typeof typing>['data'], { user: string }>>()
  })
}

export function seeded() {
  const messages = client.channel(`chat/${roomId}`).fold(
    async ({ signal, at }) =>
      (await (await fetch(`/api/rooms?at=${at}`, { signal })).json()) as ChatMessage[],
    (list, message) => {
      is<Equal<typeof list, ChatMessage[]>>()
      switch (message.type) {
        case 'message':
          return list.some(({ id }) => id === message.data.id) ? list : [...list, message.data]
        case 'cleared':
          return []
        case 'typing':
          return list
        default:
          return message satisfies never
      }
    },
  )
  is<Equal<typeof messages.value, ChatMessage[] | undefined>>()
}

export function patterns() {
  client
    .channel(`teams/${team}/updates`)
    .on('joined', (data) => is<Equal<typeof data, { member: string }>>())
  client.channel(channelName('teams/:team/updates', { team })).on('note', ({ text }) => toast(text))
  client.channel(channelName('users/:id', { id: 42 })).on('*', (data, message) => {
    is<Equal<typeof data, { text: string; from: string } | { user: string }>>()
    if (message.type === 'typing') toast(message.data.user)
  })
  const replays: Replay[] = ['earliest', { last: 5 }, 'e.1']
  client.channel('notifications', { replay: replays[0], history: 20, throttle: 'frame', queue: 5 })
}

export function negatives() {
  // @ts-expect-error wrong channel
  client.channel('notification')
  // @ts-expect-error a pattern is not a name
  client.channel('users/:id')
  // @ts-expect-error too many segments
  client.channel('users/1/extra')
  // @ts-expect-error any string is not a name
  client.subscribe(roomId)
  // @ts-expect-error missing parameter
  channelName('teams/:team/updates', {})
  // @ts-expect-error parameter of another pattern
  channelName('users/:id', { team })
  // @ts-expect-error wrong event
  client.channel('notifications').on('alarm', () => {})
  // @ts-expect-error wrong payload
  client.channel('notifications').on('alert', (data: { level: number }) => data)
  // @ts-expect-error wrong field
  client.channel('notifications').on('alert', (data) => data.text)
  // @ts-expect-error wrong event
  client.channel('notifications').latestOf('alarm')
  // @ts-expect-error wrong event of a subscription
  client.subscribe('notifications').on('alarm', () => {})
  // @ts-expect-error a client has no such event
  client.on('open', () => {})
  // @ts-expect-error signals are read-only
  client.state.value = { status: 'idle' }
  // @ts-expect-error a gap is acknowledged, not overwritten
  client.channel('notifications').gap.value = undefined
  // @ts-expect-error wrong option
  new SSEClient({ reconectDelay: 1 })
  // @ts-expect-error wrong option of a channel
  client.channel('notifications', { replay: 5 })
  // @ts-expect-error not a channel map
  new SSEClient<{ notifications: string }>()
}

declare const logLine: StandardSchemaV1<unknown, string>
declare const point: StandardSchemaV1<unknown, { x: number; y: number }>
const schemas = { 'maps/:id': { moved: point }, log: { line: logLine } }

export function validated() {
  type Live = InferChannels<typeof schemas>
  is<Equal<Live, { 'maps/:id': { moved: { x: number; y: number } }; log: { line: string } }>>()
  const live = new SSEClient<Live>({ schema: schemas })
  live.channel('maps/7').on('moved', ({ x, y }) => draw('p', x + y))
  const some: ChannelSchemas<AppChannels> = { 'admin/logs': { line: logLine } }
  const options: SSEClientOptions = { schema: some }
  new SSEClient(options).channel('admin/logs').on('error', (error) => {
    if (error.code === 'validation') {
      is<Equal<typeof error, MessageError>>()
      toast(`${error.raw}: ${error.issues[0]?.message}`)
    }
    if (error.code === 'denied') is<Equal<typeof error, ChannelError>>()
    if (error instanceof SSEError && error.retryable) toast('soon')
  })
  // @ts-expect-error a schema of another type
  new SSEClient({ schema: { 'admin/logs': { line: point } } })
}

export async function whole() {
  const hub = createHub()
  hub.channel('notifications')
  const client = new SSEClient({ fetch: hub.fetch })
  const subscription = client.subscribe('notifications')
  const verdict = await subscription.ready
  is<Equal<typeof verdict, Verdict | 'closed'>>()
  for await (const message of subscription) {
    is<Equal<typeof message, Message<AppChannels['notifications']>>>()
    if (message.type === 'update') return message.data.version
  }
  const reason: GapReason | undefined = subscription.channel.gap.value?.reason
  return reason
}

export function several(other: SSEClient<{ 'jobs/:id': { done: { ok: boolean } } }>) {
  other.channel('jobs/1').on('done', ({ ok }) => is<Equal<typeof ok, boolean>>())
  // @ts-expect-error the app's channels are not this client's
  other.channel('notifications')
}
