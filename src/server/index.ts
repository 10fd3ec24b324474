/**
 * The server: the hub, and plain event streams, for any web-standard runtime.
 *
 * @module tidewire/server
 */
export { channelName, type Register } from '../contract.js'
export { formatSSE, type SSEEvent } from '../event-stream/encoder.js'
export type { Authorization, SSEAuthorizeCallback } from './authorize.js'
export { type ChannelHandle, createHub, type Hub, type SSEChannelConfig } from './hub.js'
export type { Log, LogEntry, LogPage, MemoryLogOptions } from './log.js'
export type { HubContext, HubLimits, HubOptions, Presence, Principal } from './options.js'
export type { ProgressEvents, ProgressOptions, ProgressTask } from './progress.js'
export {
  createProgressStream,
  createSSEResponse,
  createSSEStream,
  type SSEEvents,
  type SSESend,
} from './streams.js'
export type { Sent, Target } from './target.js'
