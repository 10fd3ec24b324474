/** The browser client, in the order in which data flows. */
export {
  batch,
  computed,
  effect,
  type ReadonlySignal,
  type Signal,
  signal,
} from '@preact/signals-core'
export type { Channel, ChannelOptions } from './channels/channel.js'
export {
  type ChannelTarget,
  channelOf,
  closedChannel,
  provided,
} from './channels/channel-target.js'
export { SSEClient } from './channels/client.js'
export type { SSEClientOptions } from './channels/client-core.js'
export type { ClientEvents } from './channels/client-events.js'
export type { Parse } from './channels/decode.js'
export type { Feed, FeedOptions, Unsubscribe } from './channels/feed.js'
export type { SeedContext } from './channels/fold.js'
export {
  closedSource,
  createChannelHolder,
  createConnectionHolder,
  createLazy,
  createSourceHolder,
  type Holder,
  holderKey,
  type SourceHolder,
  type SourceTarget,
} from './channels/holder.js'
export type { ChannelStatus, Gap } from './channels/membership.js'
export type { ChannelSchemas } from './channels/payload.js'
export {
  createSourcePool,
  type PooledSource,
  type SharedSourceOptions,
  type SourcePool,
  sourcePoolOf,
} from './channels/pool.js'
export {
  type ConnectionVerbs,
  createSource,
  type DisposableLike,
  type Source,
  type SourceOptions,
} from './channels/source.js'
export type { SSESubscription } from './channels/subscription.js'
export type { Throttle } from './channels/throttle.js'
export type { ConnectionOptions } from './connection/connection.js'
export type { PerAttempt } from './connection/request.js'
export type {
  CloseReason,
  ConnectionState,
  ConnectionStatus,
  PauseReason,
} from './connection/state.js'
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
export type { EventBatch, StreamEvent } from './event-stream/event.js'
export { createParser, type Parser, type ParserOptions } from './event-stream/parser.js'
export {
  type EventStream,
  type EventStreamInit,
  type Fetch,
  openEventStream,
} from './event-stream/stream.js'
export type { GapReason, Replay, Verdict } from './hub-protocol.js'
