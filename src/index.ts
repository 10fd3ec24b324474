/** The browser client, in the order in which data flows. */

export type { Parse } from './channels/decode.js'
export type { Feed, FeedOptions, Unsubscribe } from './channels/feed.js'
export type { SeedContext } from './channels/fold.js'
export {
  closedSource,
  createSourceHolder,
  type Holder,
  holderKey,
  type SourceHolder,
  type SourceTarget,
} from './channels/holder.js'
export {
  createSourcePool,
  type PooledSource,
  type SharedSourceOptions,
  type SourcePool,
} from './channels/pool.js'
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from './channels/signals.js'
export {
  type ConnectionVerbs,
  createSource,
  type DisposableLike,
  type Source,
  type SourceOptions,
} from './channels/source.js'
export type { Throttle } from './channels/throttle.js'
export type { ConnectionOptions } from './connection/connection.js'
export type { PerAttempt } from './connection/request.js'
export type {
  CloseReason,
  ConnectionState,
  ConnectionStatus,
  PauseReason,
} from './connection/state.js'
export type {
  Diagnostic,
  ErrorOf,
  EventName,
  EventSchemas,
  ListenerOf,
  ListenType,
  Message,
  SSEEventListener,
  UntypedEvents,
} from './contract.js'
export {
  ConnectionError,
  type ConnectionErrorCode,
  MessageError,
  type MessageErrorCode,
  OverflowError,
  RemoteError,
  ResponseError,
  type ResponseErrorCode,
  SeedError,
  SSEError,
  type SSEErrorCode,
} from './errors.js'
export type { EventBatch, StreamEvent } from './event-stream/event.js'
export { createParser, type Parser, type ParserOptions } from './event-stream/parser.js'
export {
  type EventStream,
  type EventStreamInit,
  type Fetch,
  openEventStream,
} from './event-stream/stream.js'
