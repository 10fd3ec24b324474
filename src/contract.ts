/** The types of what travels: event maps, messages, listeners. Shared by client and server; nothing here exists at run time. */
import type {
  ConnectionError,
  MessageError,
  RemoteError,
  ResponseError,
  SchemaIssue,
  SeedError,
} from './errors.js'

/** Event types to payloads, where nobody said which: payloads are `unknown`. */
export type UntypedEvents = { readonly [type: string]: unknown }

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
  | MessageError
  | ConnectionError
  | ResponseError
  | SeedError
  | RemoteError<'error' extends keyof E ? E['error'] : unknown>

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

/** A fact for logs, never needed to run. More types may come; the details depend on `type`. */
export interface Diagnostic {
  readonly type: string
  /** `Date.now()`. */
  readonly at: number
  readonly [detail: string]: unknown
}
