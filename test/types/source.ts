/** `createSource`, as a program uses it. */
import {
  ConnectionError,
  type ConnectionState,
  computed,
  createSource,
  type ErrorOf,
  effect,
  type Message,
  type ReadonlySignal,
  type RemoteError,
  type Source,
  type SSEError,
  type SSEEventListener,
  type UntypedEvents,
} from 'tidewire'
import type { Answer, Prices, Progress } from './contract.js'
import { type Equal, is } from './equal.js'

declare const draw: (name: string, value: number) => void
declare const toast: (text: string) => void
declare const token: () => Promise<string>

export function untyped() {
  const source = createSource('/events')
  is<Equal<typeof source, Source<UntypedEvents>>>()
  is<Equal<typeof source.latest.value, Message | undefined>>()
  source.on('tick', (data) => is<Equal<typeof data, unknown>>())
  source.on('tick', (data: { n: number }) => draw('n', data.n))
  source.on('*', (data, message) => {
    is<Equal<typeof data, unknown>>()
    is<Equal<typeof message.type, string>>()
  })
}

export function typed() {
  const prices = createSource<Prices>('/prices', { credentials: 'include', history: 300 })
  prices.on('price', ({ symbol, bid }, message) => {
    draw(symbol, bid)
    is<Equal<typeof message.id, string>>()
  })
  const listener: SSEEventListener<Prices['price']> = ({ bid }) => draw('bid', bid)
  const stop = prices.on('price', listener)
  is<Equal<typeof stop, () => void>>()
  const highest = prices.fold(0, (highest, { data }) => Math.max(highest, data.bid))
  is<Equal<typeof highest, ReadonlySignal<number>>>()
  const loaded = prices.fold(
    async ({ signal, at }) =>
      (await (await fetch(`/prices.json?at=${at}`, { signal })).json()) as number[],
    (list, { data }) => [...list, data.bid],
  )
  is<Equal<typeof loaded, ReadonlySignal<number[] | undefined>>>()
  const title = computed(() => `${highest.value} ${prices.status.value} ${prices.lastEventId}`)
  return effect(() => {
    document.title = title.value
    const price = prices.latestOf('price').value
    is<Equal<NonNullable<typeof price>['data'], Prices['price']>>()
  })
}

export async function ask(prompt: string, signal: AbortSignal) {
  let text = ''
  const options = {
    body: { prompt },
    signal,
    headers: async () => ({ authorization: `Bearer ${await token()}` }),
  }
  for await (const message of createSource<Answer>('/api/answer', options)) {
    if (message.type === 'done') break
    text += message.data.text
  }
  return text
}

export function failures() {
  const upload = createSource<Progress>('/uploads/1')
  upload.on('error', (error) => {
    is<Equal<typeof error, ErrorOf<Progress>>>()
    if (error.code === 'remote') is<Equal<typeof error, RemoteError<{ message: string }>>>()
    if (error.code === 'status') draw('status', error.status)
    if (error.code === 'validation') toast(`${error.raw}: ${error.issues[0]?.message}`)
    if (error instanceof ConnectionError) toast(error.code)
  })
  upload.on('complete', (data) => is<Equal<typeof data, undefined>>())
}

export function closedBecause(state: ConnectionState) {
  is<Equal<Extract<ConnectionState, { status: 'closed' }>['error'], SSEError | undefined>>()
  if (state.status === 'closed')
    return state.reason === 'failed' ? state.error?.message : state.reason
  if (state.status === 'waiting')
    return state.offline ? 'offline' : (state.error?.code ?? 'planned')
  // @ts-expect-error being offline never pauses
  if (state.status === 'paused') return state.reasons.includes('offline')
  return state.status
}

export function negatives() {
  const prices = createSource<Prices>('/prices')
  // @ts-expect-error no such event
  prices.on('prices', () => {})
  // @ts-expect-error no such event
  prices.latestOf('prices')
  // @ts-expect-error no such field in the payload
  prices.on('price', ({ ask }) => ask)
  // @ts-expect-error the payload is typed: no annotation overrules it
  prices.on('price', (data: { bid: string }) => data)
  // @ts-expect-error signals of a source are read-only
  prices.latest.value = undefined
  // @ts-expect-error a source has no log to replay: `lastEventId`
  createSource('/events', { replay: 'earliest' })
  // @ts-expect-error no such way to parse
  createSource('/events', { parse: 'xml' })
  // @ts-expect-error a source is no state
  prices.fold(0, (_, { data }) => data.symbol)
  // @ts-expect-error a map has events by name
  createSource<string>('/events')
}
