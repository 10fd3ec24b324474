/** The API as an author of pages uses it, with React and without. Each line is one that must compile, or must not. */
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { StrictMode, useEffect, useMemo, useState } from 'react'
import type {
  Channel,
  ChannelError,
  ConnectionState,
  InferChannels,
  Message,
  Replay,
  SSEEventListener,
  SSESubscription,
  StreamEvent,
  Verdict,
} from 'tidewire'
import {
  batch,
  channelName,
  computed,
  createParser,
  createSource,
  effect,
  OverflowError,
  openEventStream,
  SSEClient,
  SSEError,
  signal,
} from 'tidewire'
import {
  SSEProvider,
  useChannel,
  useChannelEvent,
  useConnection,
  useFold,
  useSignalValue,
  useSSE,
  useSSEClient,
} from 'tidewire/react'
import { createHub, type ProgressEvents } from 'tidewire/server'
import { type AppChannels, type ChatMessage, type Equal, is, type Metrics } from './contract.js'

declare const userId: string, roomId: string, uploadId: string, team: string
declare function toast(text: string): void
declare function token(): Promise<string>
declare function refreshToken(): Promise<string>
declare function draw(name: string, value: number): void

// 1 ── the seed's client, only the import changed; the registered contract types it ──────────────
export function seed() {
  const client = new SSEClient({
    url: '/_sse',
    reconnectDelay: 1000,
    maxReconnectDelay: 30000,
    maxReconnectAttempts: 10,
    reconnectMultiplier: 1.5,
  })
  const notifications = client.subscribe('notifications')
  notifications.on('alert', (data) => {
    console.log(`Alert: ${data.message}`)
  })
  const userChannel = client.subscribe(`users/${userId}`)
  userChannel.on('message', (data) => {
    console.log(`New message: ${data.text}`)
  })
  client.on('connected', () => console.log('SSE connected'))
  client.on('disconnected', () => console.log('SSE disconnected'))
  client.on('reconnecting', ({ attempt, delay }) => {
    console.log(`Reconnecting... attempt ${attempt}, delay ${delay}ms`)
  })
  client.on('error', (err) => console.error('SSE error:', err.message))
  notifications.on('error', (error) => {
    if (error.message.includes('Unauthorized')) toast('log in')
  })
  const chat = client.subscribe(`chat/${roomId}`)
  chat.on('typing', ({ user }) => {
    toast(user)
  })
  const dashboard = client.subscribe('dashboard/metrics')
  dashboard.on('message', (metrics) => {
    draw('cpu', metrics.cpu)
    draw('rps', metrics.requestsPerSecond)
  })
  const progress = client.subscribe(`upload/${uploadId}`)
  progress.on('progress', ({ percent, message }) => {
    draw('bar', percent)
    toast(message ?? '')
  })
  progress.on('complete', () => {
    toast('Upload complete!')
  })
  progress.on('error', ({ message }) => {
    toast(`Upload failed: ${message}`)
  })
  interface AlertEvent {
    level: 'info' | 'warning' | 'error'
    message: string
  }
  const alertListener: SSEEventListener<AlertEvent> = (data) => {
    console.log(`${data.level}: ${data.message}`)
  }
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

// 2 ── the seed without a contract: payloads are unknown, an annotation is the user's word; any only when asked for
export function untyped() {
  type Anything = Record<string, Record<string, unknown>>
  const client = new SSEClient<Anything>()
  const sub = client.subscribe('whatever')
  sub.on('alert', (data) => is<Equal<typeof data, unknown>>())
  sub.on('alert', (data: { level: string }) => toast(data.level))
  new SSEClient<Record<string, Record<string, any>>>()
    .subscribe('x')
    .on('alert', (data) => toast(data.message))
  const plain = createSource('/events')
  is<Equal<typeof plain.latest.value, Message | undefined>>()
  plain.on('tick', (data) => is<Equal<typeof data, unknown>>())
}

// 3 ── vanilla effect: one client, signals, narrowing by type ────────────────────────────────────
export const client = new SSEClient({
  headers: async () => ({ authorization: `Bearer ${await token()}` }),
  onUnauthorized: () => refreshToken(), // 4 ── token refresh
  retryOn: (error) => (error.code === 'status' && error.status === 404 ? true : undefined),
  onDiagnostic: ({ type, at, ...details }) => console.debug(at, type, details),
})
export function vanilla() {
  const inbox = client.channel(`users/${userId}`)
  is<Equal<typeof inbox, Channel<AppChannels['users/:id']>>>()
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

// 5 ── chat: async seed, history fold, replay, denied channel, gap, sender excluded ──────────────
export function Chat({ room }: { room: string }) {
  const { channel, status, gap, error, latestOf } = useChannel(`chat/${room}`, {
    history: 20,
    replay: { last: 50 },
  })
  const messages = useFold(
    channel,
    async ({ signal }) =>
      (await (await fetch(`/api/rooms/${room}`, { signal })).json()) as ChatMessage[],
    (list, message) => {
      is<Equal<typeof list, ChatMessage[]>>()
      switch (message.type) {
        case 'message':
          return list.some((m) => m.id === message.data.id) ? list : [...list, message.data]
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
  const { id } = useSSEClient()
  const post = (text: string) =>
    fetch(`/api/rooms/${room}`, { method: 'POST', headers: { 'x-sse-client': id }, body: text })
  useChannelEvent(`chat/${room}`, 'message', (data) => {
    is<Equal<typeof data, ChatMessage>>()
    toast(data.text)
  })
  if (status === 'denied') return <p role="alert">No access: {error?.message}</p>
  if (status === 'limit') return <p role="alert">Too many rooms are open</p>
  if (!messages) return <p>Loading</p>
  return (
    <section>
      {gap && <p>Some history was missing ({gap.reason}); it has been loaded again.</p>}
      <ol>
        {messages.map((m) => (
          <li key={m.id}>
            {m.user}: {m.text}
          </li>
        ))}
      </ol>
      {latestOf('typing')?.data.user}{' '}
      <button type="button" onClick={() => post('hi')}>
        Send
      </button>
    </section>
  )
}

// 6 ── dashboard at frame rate ───────────────────────────────────────────────────────────────────
export function Dashboard() {
  const { latest, messages } = useChannel('dashboard/metrics', { throttle: 'frame', history: 300 })
  is<Equal<NonNullable<typeof latest>['data'], Metrics>>()
  return (
    <p>
      {latest?.data.cpu} of {messages.length} · {messages[0]?.data.activeUsers}
    </p>
  )
}

// 7 ── connection status ─────────────────────────────────────────────────────────────────────────
export function ConnectionBadge() {
  const { state, reconnect } = useConnection()
  is<Equal<typeof state, ConnectionState>>()
  switch (state.status) {
    case 'open':
      return <span>Live since {new Date(state.since).toLocaleTimeString()}</span>
    case 'waiting':
      return (
        <button type="button" onClick={reconnect}>
          Retry now (attempt {state.attempt}, {state.offline ? 'offline' : state.error?.code},{' '}
          {state.retryAt - Date.now()} ms)
        </button>
      )
    case 'paused':
      return <span>Paused: {state.reasons.join(', ')}</span>
    case 'closed':
      return <span>{state.error?.status === 401 ? 'Signed out' : `Closed (${state.reason})`}</span>
    default:
      return <span>Connecting</span>
  }
}

export function ConnectionErrors() {
  const { error } = useConnection()
  const same = useSignalValue(useSSEClient().error)
  is<Equal<typeof error, SSEError | undefined>>()
  is<Equal<typeof same, typeof error>>()
  return error ? (
    <p role="status">
      {error.retryable ? 'Trying again' : 'Failed'}: {error.message} {error.status}
    </p>
  ) : null
}
export function closedBecause(state: ConnectionState) {
  if (state.status === 'closed')
    return state.reason === 'failed' ? state.error?.message : state.reason
  if (state.status === 'waiting')
    return state.offline ? 'offline' : (state.error?.code ?? 'planned')
  // @ts-expect-error being offline never pauses
  if (state.status === 'paused') return state.reasons.includes('offline')
  return state.status
}

// 8 ── LLM stream over POST: as a component, and as a loop ───────────────────────────────────────
type Answer = { delta: { text: string }; done: { tokens: number } }
export function Ask() {
  const [prompt, setPrompt] = useState<string | null>(null)
  const { source, status, error, close } = useSSE<Answer>(prompt ? '/api/answer' : null, {
    body: { prompt },
  })
  const text = useFold(source, '', (text, m) => (m.type === 'delta' ? text + m.data.text : text))
  is<Equal<typeof text, string>>()
  return (
    <p onClick={() => setPrompt('why?')}>
      {text} {status} {error?.code}{' '}
      <button type="button" onClick={close}>
        Stop
      </button>
    </p>
  )
}
export async function ask(prompt: string, signal: AbortSignal) {
  let text = ''
  for await (const message of createSource<Answer>('/api/answer', { body: { prompt }, signal })) {
    if (message.type === 'done') break
    text += message.data.text
  }
  return text
}

// 9 ── upload progress from an endpoint; a shared source in two components ───────────────────────
export function Upload({ id }: { id: string | null }) {
  const { latestOf, status } = useSSE<ProgressEvents>(id ? `/uploads/${id}` : null)
  return <progress max={100} value={latestOf('progress')?.data.percent ?? 0} title={status} />
}
const prices = createSource<{ price: { symbol: string; bid: number } }>('/prices', {
  credentials: 'include',
})
export const Bid = ({ shown }: { shown: boolean }) => (
  <b>
    {useSSE(shown ? prices : null)
      .latestOf('price')
      ?.data.bid.toFixed(2)}
  </b>
)

// 10 ── patterns: names, parameters, segment counts ──────────────────────────────────────────────
export function patterns() {
  client
    .channel(`teams/${team}/updates`)
    .on('joined', (data) => is<Equal<typeof data, { member: string }>>())
  client.channel(channelName('teams/:team/updates', { team })).on('note', ({ text }) => toast(text))
  client.channel(channelName('users/:id', { id: 42 })).on('*', (data, message) => {
    is<Equal<typeof data, { text: string; from: string } | { user: string }>>()
    if (message.type === 'typing') toast(message.data.user)
  })
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
  // @ts-expect-error signals are read-only
  client.state.value = { status: 'idle' }
  // @ts-expect-error wrong option
  new SSEClient({ reconectDelay: 1 })
  // @ts-expect-error not a channel map
  new SSEClient<{ notifications: string }>()
}
export function NegativeHooks() {
  // @ts-expect-error wrong channel
  useChannel('notification')
  // @ts-expect-error wrong event
  useChannelEvent('notifications', 'alarm', () => {})
  // @ts-expect-error wrong payload
  useChannelEvent('notifications', 'alert', (data) => data.nothing)
  return null
}

// 11 ── Standard Schema: the contract from schemas, and validation of some events ────────────────
declare const logLine: StandardSchemaV1<unknown, string>
declare const point: StandardSchemaV1<unknown, { x: number; y: number }>
const schemas = { 'maps/:id': { moved: point }, log: { line: logLine } }
export function validated() {
  type Live = InferChannels<typeof schemas>
  is<Equal<Live, { 'maps/:id': { moved: { x: number; y: number } }; log: { line: string } }>>()
  const live = new SSEClient<Live>({ schema: schemas })
  live.channel('maps/7').on('moved', ({ x, y }) => draw('p', x + y))
  new SSEClient({ schema: { 'admin/logs': { line: logLine } } })
    .channel('admin/logs')
    .on('error', (error) => {
      if (error.code === 'validation') toast(`${error.raw}: ${error.issues[0]?.message}`)
      if (error.code === 'denied') is<Equal<typeof error, ChannelError>>()
      if (error instanceof SSEError && error.retryable) toast('soon')
    })
  // @ts-expect-error a schema of another type
  new SSEClient({ schema: { 'admin/logs': { line: point } } })
}

// 12 ── gap by hand ──────────────────────────────────────────────────────────────────────────────
export function Notifications({ refetch }: { refetch: () => void }) {
  const { gap, messages, channel } = useChannel('notifications')
  useEffect(() => {
    if (gap) {
      refetch()
      channel.acknowledge()
    }
  }, [gap, refetch, channel])
  return (
    <ul>
      {messages.map((m, i) => (
        <li key={m.id || i}>{m.type === 'alert' ? m.data.message : m.data.version}</li>
      ))}
    </ul>
  )
}

// 13 ── several clients and libraries: pass the object, no provider and no registration ──────────
export function OtherHub({
  other,
}: {
  other: SSEClient<{ 'jobs/:id': { done: { ok: boolean } } }>
}) {
  const { latest } = useChannel(useMemo(() => other.channel('jobs/1'), [other]))
  is<Equal<NonNullable<typeof latest>['data'], { ok: boolean }>>()
  useChannelEvent(other.channel('jobs/1'), 'done', ({ ok }) => console.log(ok))
  const { connected } = useConnection(other)
  return <p>{String(connected)}</p>
}

// 14 ── provider; SSR makes one client a request ─────────────────────────────────────────────────
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

// 15 ── a test: the hub is the network ───────────────────────────────────────────────────────────
export async function test() {
  const hub = createHub()
  hub.channel('notifications')
  const client = new SSEClient({ fetch: hub.fetch })
  const heard: string[] = []
  const subscription = client.subscribe('notifications')
  subscription.on('alert', (alert) => heard.push(alert.message))
  const verdict = await subscription.ready
  is<Equal<typeof verdict, Verdict | 'closed'>>()
  if (verdict !== 'ok') throw new Error(`notifications: ${verdict}`)
  const { id } = await hub.to('notifications').send('alert', { level: 'info', message: 'hello' })
  for await (const message of subscription) {
    is<Equal<typeof message, Message<AppChannels['notifications']>>>()
    toast(`${message.id} of ${id}`)
    break
  }
  client.close()
}

// 16 ── replay and bounded loops ─────────────────────────────────────────────────────────────────
export async function replayed(lastSeen: string, room: string) {
  const from: Replay[] = ['earliest', { last: 10 }, lastSeen]
  client.channel('notifications', { replay: from[0] }).on('update', ({ version }) => toast(version))
  try {
    for await (const message of client.channel(`chat/${room}`, { replay: lastSeen, queue: 500 }))
      if (message.type === 'cleared') break
  } catch (error) {
    if (error instanceof OverflowError) is<Equal<typeof error.code, 'overflow'>>()
  }
  // @ts-expect-error a source has no log to replay: `lastEventId`
  createSource('/events', { replay: 'earliest' })
  // @ts-expect-error how many
  client.channel('notifications', { replay: { first: 10 } })
}

// 17 ── signals of this library, not of another copy ─────────────────────────────────────────────
export function theme() {
  const muted = signal(false)
  const unread = client.channel('notifications').fold(0, (n) => n + 1)
  batch(() => {
    muted.value = true
  })
  return computed(() => (muted.value ? 0 : unread.value))
}

// low level
export async function raw() {
  const stream = await openEventStream('/events', {
    fetch: globalThis.fetch,
    lastEventId: '7',
    onError: (error) => console.warn(error.code),
  })
  for await (const { events, lastEventId, retry } of stream.batches()) {
    is<Equal<typeof events, readonly StreamEvent[]>>()
    is<Equal<typeof retry, number | undefined>>()
    for (const event of events)
      console.log(stream.response.status, event.type, event.data, event.lastEventId)
    localStorage.setItem('cursor', lastEventId)
  }
  for await (const event of await openEventStream('/events')) if (event.type === 'done') break
  const parser = createParser({
    onEvent: ({ data }) => console.log(data),
    onId: (id) => console.log(id),
    onRetry: (milliseconds) => console.log(milliseconds),
    onError: (error) => console.warn(error.code, error.type),
    lastEventId: '7',
  })
  parser.feed(new Uint8Array())
  parser.end()
  parser.reset()
}
