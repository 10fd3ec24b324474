/**
 * The browser client, in the order in which data flows.
 *
 * @module tidewire
 */

// ── bytes to events
export type { EventBatch, StreamEvent } from './event-stream/event.js'
export { createParser, type Parser, type ParserOptions } from './event-stream/parser.js'
export {
  type EventStream,
  type EventStreamInit,
  type Fetch,
  openEventStream,
} from './event-stream/stream.js'

// ── what goes wrong
export {
  ChannelError,
  type ChannelErrorCode,
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

// ── one stream kept alive
export type { ConnectionOptions } from './connection/connection.js'
export type { PerAttempt } from './connection/request.js'
export type {
  CloseReason,
  ConnectionState,
  ConnectionStatus,
  PauseReason,
} from './connection/state.js'

// ── what travels
export {
  type ChannelMap,
  type ChannelName,
  type CheckedName,
  channelName,
  type Diagnostic,
  type ErrorOf,
  type EventName,
  type EventSchemas,
  type EventsOf,
  type InferChannels,
  type ListenerOf,
  type ListenType,
  type Message,
  type NameOf,
  type ParamsOf,
  type Register,
  type RegisteredChannels,
  type SSEEventListener,
  type UntypedChannels,
  type UntypedEvents,
} from './contract.js'
export type { GapReason, Replay, Verdict } from './hub-protocol.js'

// ── events as signals
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from './channels/signals.js'
export type { Feed, FeedOptions, Unsubscribe } from './channels/feed.js'
export type { SeedContext } from './channels/fold.js'
export type { Parse } from './channels/decode.js'
export type { Throttle } from './channels/throttle.js'

// ── one endpoint
export {
  type ConnectionVerbs,
  createSource,
  type DisposableLike,
  type Source,
  type SourceOptions,
} from './channels/source.js'
export type { SharedSourceOptions } from './channels/pool.js'

// ── many channels over one stream
export { SSEClient } from './channels/client.js'
export type { SSEClientOptions } from './channels/client-core.js'
export type { ClientEvents } from './channels/client-events.js'
export type { Channel, ChannelOptions } from './channels/channel.js'
export type { ChannelStatus, Gap } from './channels/membership.js'
export type { ChannelSchemas } from './channels/payload.js'
export type { SSESubscription } from './channels/subscription.js'
