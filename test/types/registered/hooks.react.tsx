/** The channel hooks as React components of an app with a contract use them. */
import { StrictMode, useEffect, useMemo, useState } from 'react'
import {
  type Channel,
  type ChannelStatus,
  type ConnectionState,
  type ErrorOf,
  type Gap,
  type Message,
  SSEClient,
  type SSEError,
} from 'tidewire'
import {
  type ChannelView,
  type ConnectionView,
  SSEProvider,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSignalValue,
  useSSEClient,
} from 'tidewire/react'
import { type Equal, is } from '../equal.js'
import type { AppChannels, ChatMessage, Metrics } from './contract.js'

declare function toast(text: string): void

export function Chat({ room }: { room: string }) {
  const { channel, status, gap, error, latestOf } = useChannel(`chat/${room}`, {
    history: 20,
    replay: { last: 50 },
  })
  is<Equal<typeof channel, Channel<AppChannels['chat/:room']>>>()
  is<Equal<typeof status, ChannelStatus>>()
  is<Equal<typeof gap, Gap | undefined>>()
  is<Equal<typeof error, ErrorOf<AppChannels['chat/:room']> | undefined>>()
  const messages = useFold(
    channel,
    async ({ signal }) =>
      (await (await fetch(`/api/rooms/${room}`, { signal })).json()) as ChatMessage[],
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
  is<Equal<typeof messages, ChatMessage[] | undefined>>()
  const count = useFold(channel, 0, (count) => count + 1)
  is<Equal<typeof count, number>>()
  const client = useSSEClient()
  is<Equal<typeof client, SSEClient<AppChannels>>>()
  const post = (body: string) =>
    fetch(`/api/rooms/${room}`, { method: 'POST', headers: { 'x-sse-client': client.id }, body })
  useChannelEvent(`chat/${room}`, 'message', (data, message) => {
    is<Equal<typeof data, ChatMessage>>()
    is<Equal<typeof message.type, 'message'>>()
    toast(data.text)
  })
  useChannelEvent(channel, '*', (_, message) => {
    is<Equal<typeof message, Message<AppChannels['chat/:room']>>>()
  })
  useChannelEvent(channel, 'error', (error) => {
    is<Equal<typeof error, ErrorOf<AppChannels['chat/:room']>>>()
  })
  if (status === 'denied') return <p role="alert">No access: {error?.message}</p>
  if (status === 'limit') return <p role="alert">Too many rooms are open</p>
  return (
    <section>
      {gap && <p>Some history was missing ({gap.reason}); it has been loaded again.</p>}
      <ol>
        {messages?.map(({ id, user, text }) => (
          <li key={id}>
            {user}: {text}
          </li>
        ))}
      </ol>
      {latestOf('typing')?.data.user}
      <button type="button" onClick={() => post('hi')}>
        Send
      </button>
    </section>
  )
}

export function Dashboard() {
  const { latest, messages } = useChannel('dashboard/metrics', { throttle: 'frame', history: 300 })
  is<Equal<NonNullable<typeof latest>['data'], Metrics>>()
  is<Equal<typeof messages, readonly Message<AppChannels['dashboard/metrics']>[]>>()
  return (
    <p>
      {latest?.data.cpu} of {messages.length} · {messages[0]?.data.activeUsers}
    </p>
  )
}

export function ConnectionBadge() {
  const connection = useConnection()
  is<Equal<typeof connection, ConnectionView>>()
  const { state, error, reconnect } = connection
  is<Equal<typeof state, ConnectionState>>()
  is<Equal<typeof error, SSEError | undefined>>()
  const same = useSignalValue(useSSEClient().error)
  is<Equal<typeof same, typeof error>>()
  switch (state.status) {
    case 'open':
      return <span>Live since {new Date(state.since).toLocaleTimeString()}</span>
    case 'waiting':
      return (
        <button type="button" onClick={reconnect}>
          Retry now (attempt {state.attempt}, {state.offline ? 'offline' : state.error?.code})
        </button>
      )
    case 'paused':
      return <span>Paused: {state.reasons.join(', ')}</span>
    case 'closed':
      return <span>{state.error?.status === 401 ? 'Signed out' : `Closed (${state.reason})`}</span>
    default:
      return <span>{error?.retryable ? 'Trying again' : 'Connecting'}</span>
  }
}

export function Notifications({ refetch, wanted }: { refetch: () => void; wanted: boolean }) {
  const { gap, messages, channel } = useChannel('notifications')
  useEffect(() => {
    if (!gap) return
    refetch()
    channel.acknowledge()
  }, [gap, refetch, channel])
  const skipped = useChannel(wanted ? 'notifications' : null)
  is<Equal<typeof skipped, ChannelView<AppChannels['notifications']>>>()
  useChannelEvent(wanted ? 'notifications' : undefined, 'update', ({ version }) => toast(version))
  return (
    <ul>
      {messages.map((message) => (
        <li key={message.id}>
          {message.type === 'alert' ? message.data.message : message.data.version}
        </li>
      ))}
    </ul>
  )
}

type Jobs = { 'jobs/:id': { done: { ok: boolean } } }

/** Several clients, libraries: the object, no provider and no registration. */
export function OtherHub({ other }: { other: SSEClient<Jobs> }) {
  const { latest } = useChannel(useMemo(() => other.channel('jobs/1'), [other]))
  is<Equal<NonNullable<typeof latest>['data'], { ok: boolean }>>()
  useChannelEvent(other.channel('jobs/1'), 'done', ({ ok }) => toast(String(ok)))
  const { connected } = useConnection(other)
  const mine = useSSEClient<Jobs>()
  is<Equal<typeof mine, SSEClient<Jobs>>>()
  return <p>{String(connected)}</p>
}

export function App() {
  const [client] = useState(() => new SSEClient({ url: '/_sse' }))
  return (
    <StrictMode>
      <SSEProvider client={client}>
        <ConnectionBadge />
        <Chat room="lobby" />
      </SSEProvider>
    </StrictMode>
  )
}

export function Negatives({ other, name }: { other: SSEClient<Jobs>; name: string }) {
  // @ts-expect-error wrong channel
  useChannel('notification')
  // @ts-expect-error a pattern is not a name
  useChannel('users/:id')
  // @ts-expect-error too many segments
  useChannel('users/1/extra')
  // @ts-expect-error any string is not a name
  useChannel(name)
  // @ts-expect-error a channel has its own options
  useChannel(other.channel('jobs/1'), { history: 1 })
  // @ts-expect-error how many
  useChannel('notifications', { replay: { first: 1 } })
  // @ts-expect-error no such option
  useChannel('notifications', { histroy: 1 })
  // @ts-expect-error wrong event
  useChannelEvent('notifications', 'alarm', () => {})
  // @ts-expect-error wrong payload
  useChannelEvent('notifications', 'alert', (data) => data.nothing)
  // @ts-expect-error a payload of another type
  useChannelEvent('notifications', 'alert', (data: { level: number }) => data)
  // @ts-expect-error wrong event of an object
  useChannelEvent(other.channel('jobs/1'), 'failed', () => {})
  const view = useChannel('notifications')
  // @ts-expect-error wrong event
  view.latestOf('alarm')
  // @ts-expect-error the result is read-only
  view.status = 'live'
  // @ts-expect-error so are its arrays
  view.messages.push
  // @ts-expect-error the connection is asked for elsewhere
  view.reconnect
  // @ts-expect-error a name is no client
  useConnection('notifications')
  // @ts-expect-error a channel is no client
  useConnection(other.channel('jobs/1'))
  // @ts-expect-error a provider has a client
  SSEProvider({})
  // @ts-expect-error of this app
  SSEProvider({ client: other })
  return null
}
