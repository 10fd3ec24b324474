/** The contract of an app: channel maps, patterns and names, events, messages, listeners. Shared by client and server. */
import type {
  ChannelError,
  ConnectionError,
  MessageError,
  RemoteError,
  ResponseError,
  SchemaIssue,
  SeedError,
} from './errors.js'

/** A fact for logs, never needed to run. More types may come; the details depend on `type`. */
export interface Diagnostic {
  /** What happened: 'state', 'request', 'silence', 'replaced' and others of a client; 'opened', 'closed', 'refused', 'gap' and others of a hub. */
  readonly type: string
  /** `Date.now()`. */
  readonly at: number
  readonly [detail: string]: unknown
}

/** Fill it once and hooks, `new SSEClient()` and `createHub()` know the app: `interface Register { channels: AppChannels }`. */
// biome-ignore lint/suspicious/noEmptyInterface: apps fill it
export interface Register {}

/** Event types to payloads, where nobody said which: payloads are `unknown`. */
export type UntypedEvents = { readonly [type: string]: unknown }

/** What an app without a contract gets: every name, every type, payloads `unknown`. */
export type UntypedChannels = { readonly [name: string]: UntypedEvents }
/** The channel map of `Register`, or `UntypedChannels`. */
export type RegisteredChannels = Register extends { channels: infer C } ? C : UntypedChannels
/** Constraint of a channel map; interfaces and type aliases both fit. */
export type ChannelMap<C> = { readonly [P in keyof C]: object }

type SegmentName<S extends string> = S extends `:${string}` | `*${string}` ? string : S
/** `'users/:id'` → `` `users/${string}` ``. */
export type NameOf<P extends string> = P extends `${infer H}/${infer R}`
  ? `${SegmentName<H>}/${NameOf<R>}`
  : SegmentName<P>
type ParamNames<P extends string> = P extends `${infer H}/${infer R}`
  ? ParamNames<H> | ParamNames<R>
  : P extends `:${infer K}` | `*${infer K}`
    ? K
    : never
/** `'teams/:team/updates'` → `{ team: string }`. */
export type ParamsOf<P extends string> = string extends P
  ? { readonly [name: string]: string }
  : { readonly [K in ParamNames<P>]: string }

/** Every name the map allows; parameters are `${string}`. */
export type ChannelName<C> = NameOf<keyof C & string>

type SegmentFits<P, N> = P extends `:${string}` ? true : N extends P ? true : false
type Fits<P extends string, N extends string> = P extends `*${string}`
  ? true
  : P extends `${infer PH}/${infer PR}`
    ? N extends `${infer NH}/${infer NR}`
      ? SegmentFits<PH, NH> extends true
        ? Fits<PR, NR>
        : false
      : false
    : N extends `${string}/${string}`
      ? false
      : SegmentFits<P, N>
/** A key of a channel map that stands for many names. */
export type IsPattern<N> = N extends
  | `:${string}`
  | `*${string}`
  | `${string}/:${string}`
  | `${string}/*${string}`
  ? true
  : false
type PatternFor<C, N extends string> = N extends keyof C
  ? N
  : {
      [P in keyof C & string]: N extends NameOf<P> ? (Fits<P, N> extends true ? P : never) : never
    }[keyof C & string]
/** `N` where it is a name of the map; for a bare pattern, or a name with too many segments, a sentence that says so in the error. */
export type CheckedName<C, N extends string> =
  IsPattern<N> extends true
    ? `${N} is a pattern: fill its parameters`
    : [PatternFor<C, N>] extends [never]
      ? `${N} fits no channel`
      : N
/** The event map behind a name; a plain name wins over a pattern. */
export type EventsOf<C, N extends string> = C[PatternFor<C, N> & keyof C]

const LONGEST_NAME = 200
/** Control characters, half characters and line separators: what a log or a terminal would show as something else. */
const UNSAFE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u

/** A sentence about what keeps a text from being a channel's name; `undefined` for a good one. */
export function nameProblem(name: unknown): string | undefined {
  if (typeof name !== 'string') return 'it is no string'
  if (name.length > LONGEST_NAME) return `it is longer than ${LONGEST_NAME} characters`
  if (UNSAFE.test(name)) return 'it contains a control character'
  for (const segment of name.split('/')) {
    if (segment === '') return 'a segment is empty'
    if (segment === '.' || segment === '..') return `it contains the segment "${segment}"`
    if (/^[:*]/.test(segment)) return `"${segment}" is a parameter: fill it`
  }
  return undefined
}

/**
 * A channel name from a pattern. Throws `TypeError` for a value that is missing, empty or contains control characters, or '/'
 * where the pattern has no `*rest`.
 */
export function channelName<const P extends string>(
  pattern: P,
  params: { readonly [K in ParamNames<P>]: string | number },
): NameOf<P> {
  const values = params as { readonly [name: string]: string | number | undefined }
  const segments = pattern.split('/').map((segment) => {
    if (!/^[:*]/.test(segment)) return segment
    const value = values[segment.slice(1)]
    const text = typeof value === 'number' ? String(value) : value
    const slash = segment.startsWith(':') && typeof text === 'string' && text.includes('/')
    const problem = slash ? 'it contains "/"' : nameProblem(text)
    if (problem)
      throw new TypeError(
        `channelName('${pattern}'): the value of "${segment}" cannot be part of a name: ${problem}.`,
      )
    return text
  })
  return segments.join('/') as NameOf<P>
}

/** The event types of an event map. */
export type EventName<E> = keyof E & string

/** Union over the event types, discriminated by `type`. `id` is the last event ID in force, '' if none. */
export type Message<E = UntypedEvents, T extends EventName<E> = EventName<E>> = {
  [K in T]: { readonly type: K; readonly data: E[K]; readonly id: string }
}[T]

/** Listener of one event type. Payloads the map leaves `unknown` may be annotated. */
export type SSEEventListener<D = unknown, T extends string = string> = unknown extends D
  ? {
      bivariant(data: D, message: { readonly type: T; readonly data: D; readonly id: string }): void
    }['bivariant']
  : (data: D, message: { readonly type: T; readonly data: D; readonly id: string }) => void

/** What `on` may listen for: the map's types, `'*'` for all of them, `'error'` for failures. */
export type ListenType<E> = EventName<E> | '*' | 'error'

/** What a feed may report. `code` narrows it. */
export type ErrorOf<E> =
  | ChannelError
  | MessageError
  | ConnectionError
  | ResponseError
  | SeedError
  | RemoteError<'error' extends keyof E ? E['error'] : unknown>

/** The listener that `on` takes for an event type, `'*'` or `'error'`. */
export type ListenerOf<E, T> = T extends '*'
  ? (data: E[EventName<E>], message: Message<E>) => void
  : T extends 'error'
    ? (error: ErrorOf<E>) => void
    : T extends EventName<E>
      ? SSEEventListener<E[T], T>
      : never

/** A validator: the part of Standard Schema (version 1) that is used, so that any library's schema fits. */
export interface Schema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined
  }
}
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** A synchronous schema per event type; a partial map is fine. */
export type EventSchemas<E> = { readonly [T in keyof E]?: Schema<E[T]> }

/** The channel map that an object of schemas describes: `type AppChannels = InferChannels<typeof schemas>`. */
export type InferChannels<S> = {
  [P in keyof S]: { [T in keyof S[P]]: S[P][T] extends Schema<infer Output> ? Output : never }
}
