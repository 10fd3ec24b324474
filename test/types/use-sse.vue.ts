/** `useSSE`, `useFold` and `useSignalValue` as Vue components use them. */
import {
  type ConnectionState,
  type ConnectionStatus,
  computed as computedSignal,
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
} from 'tidewire/vue'
import { computed, defineComponent, h, ref, type ShallowRef, shallowRef } from 'vue'
import type { Answer, Prices, Progress } from './contract.js'
import { type Equal, is } from './equal.js'

type ReadonlyRef<T> = Readonly<ShallowRef<T>>

export const Ask = defineComponent(() => {
  const prompt = ref<string | null>(null)
  const { source, status, error, close } = useSSE<Answer>(
    () => (prompt.value ? '/api/answer' : null),
    () => ({ body: { prompt: prompt.value } }),
  )
  is<Equal<typeof source, ReadonlyRef<Source<Answer>>>>()
  is<Equal<typeof error, ReadonlyRef<ErrorOf<Answer> | undefined>>>()
  const text = useFold(source, '', (text, message) =>
    message.type === 'delta' ? text + message.data.text : text,
  )
  is<Equal<typeof text, ReadonlyRef<string>>>()
  return () => h('p', { onClick: close, title: status.value }, [text.value, error.value?.code])
})

export const Upload = defineComponent((props: { id: string | null }) => {
  const { latestOf, status } = useSSE<Progress>(() => (props.id ? `/uploads/${props.id}` : null))
  const progress = latestOf('progress')
  is<Equal<typeof progress, ReadonlyRef<Message<Progress, 'progress'> | undefined>>>()
  return () =>
    h('progress', { max: 100, value: progress.value?.data.percent ?? 0, title: status.value })
})

const prices = createSource<Prices>('/prices', { credentials: 'include' })
const spread = computedSignal(() => prices.latest.value?.data.bid ?? 0)

export const Bid = defineComponent(() => {
  const shown = ref(true)
  const price = useSSE(() => (shown.value ? prices : null)).latestOf('price')
  is<Equal<NonNullable<typeof price.value>['data'], { symbol: string; bid: number }>>()
  const value = useSignalValue(spread)
  is<Equal<typeof value, ReadonlyRef<number>>>()
  const same = useSignalValue(() => spread)
  is<Equal<typeof same, typeof value>>()
  const count = useFold(
    () => (shown.value ? prices : null),
    0,
    (count) => count + 1,
  )
  is<Equal<typeof count, ReadonlyRef<number>>>()
  const loaded = useFold(
    prices,
    async () => [1],
    (list, { data }) => [...list, data.bid],
  )
  is<Equal<typeof loaded, ReadonlyRef<number[] | undefined>>>()
  return () =>
    h('b', [price.value?.data.bid.toFixed(2), value.value, count.value, loaded.value?.length])
})

export const ConnectionBadge = defineComponent(() => {
  const view = useSSE('/events')
  is<Equal<typeof view, SourceView<UntypedEvents>>>()
  const { state, status, connected, error, messages, lastEventId, reconnect } = view
  is<Equal<typeof state, ReadonlyRef<ConnectionState>>>()
  is<Equal<typeof status, ReadonlyRef<ConnectionStatus>>>()
  is<Equal<typeof messages, ReadonlyRef<readonly Message[]>>>()
  is<Equal<typeof lastEventId, ReadonlyRef<string>>>()
  const badge: ConnectionView & FeedView<UntypedEvents> = view
  const failure = computed((): SSEError | undefined => badge.error.value ?? error.value)
  const text = computed(() =>
    state.value.status === 'waiting'
      ? `Retry ${state.value.attempt}: ${state.value.offline ? 'offline' : state.value.error?.message}`
      : status.value,
  )
  return () =>
    h('button', { onClick: reconnect, disabled: connected.value, title: failure.value?.message }, [
      text.value,
    ])
})

/** Options may be made elsewhere, and shared by `key`. */
export const Shared = defineComponent((props: { options: SourceOptions<Prices> }) => {
  const { latest } = useSSE<Prices>(shallowRef(new URL('https://example.com/prices')), () => ({
    ...props.options,
    key: 'prices',
  }))
  is<Equal<typeof latest, ReadonlyRef<Message<Prices> | undefined>>>()
  return () => h('i', latest.value?.data.symbol)
})

export function negatives() {
  const view = useSSE<Prices>('/prices')
  // @ts-expect-error no such event
  view.latestOf('prices')
  // @ts-expect-error no such field in the payload
  view.latest.value?.data.ask
  // @ts-expect-error refs are read-only
  view.connected.value = true
  // @ts-expect-error so are their arrays
  view.messages.value.push
  // @ts-expect-error no such option
  useSSE('/prices', { replay: 'earliest' })
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
}
