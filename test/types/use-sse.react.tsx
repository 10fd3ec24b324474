/** `useSSE`, `useFold` and `useSignalValue` as React components use them. */
import { useState } from 'react'
import {
  type ConnectionState,
  type ConnectionStatus,
  computed,
  createSource,
  type ErrorOf,
  type Message,
  type Source,
  type SourceOptions,
  type SSEError,
  type UntypedEvents,
} from 'tidewire'
import {
  type ConnectionView,
  type FeedView,
  type SourceView,
  useFold,
  useSignalValue,
  useSSE,
} from 'tidewire/react'
import type { Answer, Prices, Progress } from './contract.js'
import { type Equal, is } from './equal.js'

export function Ask() {
  const [prompt, setPrompt] = useState<string | null>(null)
  const { source, status, error, close } = useSSE<Answer>(prompt ? '/api/answer' : null, {
    body: { prompt },
  })
  is<Equal<typeof source, Source<Answer>>>()
  is<Equal<typeof error, ErrorOf<Answer> | undefined>>()
  const text = useFold(source, '', (text, message) =>
    message.type === 'delta' ? text + message.data.text : text,
  )
  is<Equal<typeof text, string>>()
  return (
    <form onSubmit={() => setPrompt('why?')}>
      {text} {status} {error?.code}
      <button type="button" onClick={close}>
        Stop
      </button>
    </form>
  )
}

export function Upload({ id }: { id: string | null }) {
  const { latestOf, status } = useSSE<Progress>(id ? `/uploads/${id}` : null)
  const progress = latestOf('progress')
  is<Equal<typeof progress, Message<Progress, 'progress'> | undefined>>()
  return <progress max={100} value={progress?.data.percent ?? 0} title={status} />
}

const prices = createSource<Prices>('/prices', { credentials: 'include' })
const spread = computed(() => prices.latest.value?.data.bid ?? 0)

export function Bid({ shown }: { shown: boolean }) {
  const price = useSSE(shown ? prices : null).latestOf('price')
  is<Equal<NonNullable<typeof price>['data'], { symbol: string; bid: number }>>()
  const value = useSignalValue(spread)
  is<Equal<typeof value, number>>()
  const count = useFold(shown ? prices : null, 0, (count) => count + 1)
  is<Equal<typeof count, number>>()
  const loaded = useFold(
    prices,
    async () => [1],
    (list, { data }) => [...list, data.bid],
  )
  is<Equal<typeof loaded, number[] | undefined>>()
  return (
    <b>
      {price?.data.bid.toFixed(2)} {value} {count} {loaded?.length}
    </b>
  )
}

export function ConnectionBadge() {
  const view = useSSE('/events')
  is<Equal<typeof view, SourceView<UntypedEvents>>>()
  const { state, status, connected, error, messages, lastEventId, reconnect } = view
  is<Equal<typeof state, ConnectionState>>()
  is<Equal<typeof status, ConnectionStatus>>()
  is<Equal<typeof messages, readonly Message[]>>()
  is<Equal<typeof lastEventId, string>>()
  const badge: ConnectionView & FeedView<UntypedEvents> = view
  const failure: SSEError | undefined = badge.error
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
      return <span>{state.error?.status === 401 ? 'Signed out' : state.reason}</span>
    default:
      return <span title={failure?.message}>{connected ? error?.code : 'Connecting'}</span>
  }
}

/** Options may be made elsewhere, and shared by `key`. */
export function Shared({ options }: { options: SourceOptions<Prices> }) {
  const { latest } = useSSE<Prices>(new URL('https://example.com/prices'), {
    ...options,
    key: 'prices',
  })
  is<Equal<typeof latest, Message<Prices> | undefined>>()
  return <i>{latest?.data.symbol}</i>
}

export function Negatives() {
  const view = useSSE<Prices>('/prices')
  // @ts-expect-error no such event
  view.latestOf('prices')
  // @ts-expect-error no such field in the payload
  view.latest?.data.ask
  // @ts-expect-error the result is read-only
  view.messages = []
  // @ts-expect-error so are its arrays
  view.messages.push
  // @ts-expect-error no such option
  useSSE('/prices', { replay: 'earliest' })
  // @ts-expect-error a url is asked for at every render already
  useSSE(() => '/prices')
  // @ts-expect-error a source has its own options
  useSSE(prices, { history: 1 })
  // @ts-expect-error a map has events by name
  useSSE<string>('/prices')
  // @ts-expect-error not a signal
  useSignalValue(7)
  // @ts-expect-error the state is a number
  useFold(prices, 0, (_, { data }) => data.symbol)
  // @ts-expect-error a url is no feed
  useFold('/prices', 0, (count) => count + 1)
  return null
}
