/** What a feed gives, type by type. */
import {
  batch,
  type ChannelError,
  type ChannelErrorCode,
  type ConnectionError,
  type ConnectionErrorCode,
  computed,
  createSource,
  type ErrorOf,
  type EventName,
  effect,
  type Feed,
  type ListenType,
  type Message,
  type MessageError,
  type MessageErrorCode,
  OverflowError,
  type ReadonlySignal,
  RemoteError,
  type ResponseError,
  type ResponseErrorCode,
  type SeedContext,
  type SeedError,
  type Signal,
  SSEError,
  type SSEErrorCode,
  signal,
  type Throttle,
  type Unsubscribe,
} from 'tidewire'
import { type Equal, is } from './equal.js'

type Chat = {
  message: { text: string }
  typing: { user: string }
  cleared: undefined
}
interface ChatInterface {
  message: { text: string }
}

declare const feed: Feed<Chat>
declare const many: (messages: readonly Message<Chat>[]) => void

export function messages(message: Message<Chat>) {
  is<Equal<EventName<Chat>, 'message' | 'typing' | 'cleared'>>()
  is<Equal<ListenType<Chat>, EventName<Chat> | '*' | 'error'>>()
  is<Equal<typeof message.id, string>>()
  switch (message.type) {
    case 'message':
      return message.data.text
    case 'typing':
      return message.data.user
    case 'cleared':
      is<Equal<typeof message.data, undefined>>()
      return ''
    default:
      return message satisfies never
  }
}

export function signals() {
  is<Equal<typeof feed.latest, ReadonlySignal<Message<Chat> | undefined>>>()
  is<Equal<typeof feed.messages, ReadonlySignal<readonly Message<Chat>[]>>>()
  is<Equal<typeof feed.error, ReadonlySignal<ErrorOf<Chat> | undefined>>>()
  const typing = feed.latestOf('typing')
  is<Equal<typeof typing, ReadonlySignal<Message<Chat, 'typing'> | undefined>>>()
  is<Equal<NonNullable<typeof typing.value>['data'], { user: string }>>()
  many(feed.messages.value)
  const muted: Signal<boolean> = signal(false)
  batch(() => {
    muted.value = true
  })
  const shown = computed(() => (muted.value ? 0 : feed.messages.value.length))
  is<Equal<typeof shown, ReadonlySignal<number>>>()
  const stop: Unsubscribe = effect(() => console.log(shown.value))
  return stop
}

export function listening() {
  feed.on('cleared', (data, message) => {
    is<Equal<typeof data, undefined>>()
    is<Equal<typeof message.type, 'cleared'>>()
  })
  feed.on('*', (data, message) => {
    is<Equal<typeof data, { text: string } | { user: string } | undefined>>()
    is<Equal<typeof message, Message<Chat>>>()
  })
  feed.on('message', () => {})
  const source = createSource<ChatInterface>('/chat')
  source.on('message', ({ text }) => text)
}

export function folding() {
  const count = feed.fold(0, (n) => n + 1)
  is<Equal<typeof count, ReadonlySignal<number>>>()
  const list = feed.fold([] as string[], (texts, message) =>
    message.type === 'message' ? [...texts, message.data.text] : texts,
  )
  is<Equal<typeof list, ReadonlySignal<string[]>>>()
  const made = feed.fold(
    () => new Map<string, number>(),
    (map) => new Map(map),
  )
  is<Equal<typeof made, ReadonlySignal<Map<string, number>>>>()
  const loaded = feed.fold(
    async (context: SeedContext) => {
      is<Equal<typeof context.signal, AbortSignal>>()
      is<Equal<typeof context.at, string>>()
      return [] as string[]
    },
    (texts) => texts,
  )
  is<Equal<typeof loaded, ReadonlySignal<string[] | undefined>>>()
  const thenable = feed.fold(
    (_: SeedContext): PromiseLike<number> => Promise.resolve(1),
    (n) => n,
  )
  is<Equal<typeof thenable, ReadonlySignal<number | undefined>>>()
  const maybe = feed.fold<string | undefined>(undefined, (_, { id }) => id)
  is<Equal<typeof maybe, ReadonlySignal<string | undefined>>>()
}

export async function iterating() {
  for await (const message of feed) is<Equal<typeof message, Message<Chat>>>()
  const loop = feed[Symbol.asyncIterator]()
  is<Equal<typeof loop, AsyncIterator<Message<Chat>, undefined>>>()
}

export function errors(thrown: unknown) {
  if (thrown instanceof OverflowError) is<Equal<typeof thrown.code, 'overflow'>>()
  if (thrown instanceof RemoteError) is<Equal<typeof thrown.code, 'remote'>>()
  if (!(thrown instanceof SSEError)) return
  is<Equal<typeof thrown.code, SSEErrorCode>>()
  is<Equal<typeof thrown.status, number | undefined>>()
  is<Equal<typeof thrown.retryable, boolean>>()
  is<
    Equal<
      SSEErrorCode,
      | ConnectionErrorCode
      | ResponseErrorCode
      | ChannelErrorCode
      | MessageErrorCode
      | 'remote'
      | 'seed'
      | 'overflow'
    >
  >()
}

export function narrowing(error: ErrorOf<Chat>) {
  switch (error.code) {
    case 'remote':
      return is<Equal<typeof error, RemoteError<unknown>>>()
    case 'seed':
      return is<Equal<typeof error, SeedError>>()
    case 'decode':
    case 'validation':
    case 'too-large':
      return is<Equal<typeof error, MessageError>>()
    case 'status':
    case 'unauthorized':
    case 'content-type':
      return is<Equal<typeof error, ResponseError>>()
    case 'denied':
    case 'unknown':
    case 'limit':
    case 'revoked':
      return is<Equal<typeof error, ChannelError>>()
    default:
      return is<Equal<typeof error, ConnectionError>>()
  }
}

export function options() {
  const throttles: Throttle[] = ['frame', 0, 16]
  createSource<Chat>('/chat', {
    throttle: throttles[0],
    history: 0,
    queue: 10,
    parse: (data, { type, lastEventId }) => ({ data, type, lastEventId }),
    retryOn: (error) => (error.code === 'status' && error.status === 404 ? true : undefined),
    onUnauthorized: async () => {},
    onDiagnostic: ({ type, at, ...details }) => console.debug(type, at, details),
    heartbeatTimeout: false,
    pauseWhenHidden: 60_000,
  })
  createSource(() => '/chat')
  createSource(async () => new URL('https://a.example/chat'), { headers: () => [['a', 'b']] })
  createSource('/chat', { throttle: undefined, schema: undefined, body: undefined })
}

export function negatives() {
  // @ts-expect-error signals of a feed are read-only
  feed.messages.value = []
  // @ts-expect-error what they hold is, too
  feed.messages.value.push({ type: 'cleared', data: undefined, id: '' })
  // @ts-expect-error the listener of another type
  feed.on('typing', ({ text }) => text)
  // @ts-expect-error a listener is a function
  feed.on('typing')
  // @ts-expect-error a failure has no payload
  feed.on('error', (_error, message) => message.data)
  // @ts-expect-error the state is a number
  feed.fold(0, (n) => `${n}`)
  // @ts-expect-error a reducer has to say what becomes of the state
  feed.fold(0)
  // @ts-expect-error no such throttle
  createSource('/chat', { throttle: 'second' })
  // @ts-expect-error no such option
  createSource('/chat', { reconectDelay: 1 })
  // @ts-expect-error an address
  createSource(7)
  // @ts-expect-error an error is made by whoever failed, with a code that exists
  new SSEError('odd', 'message')
}
