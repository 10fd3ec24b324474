/**
 * The same names as tidewire/react; fields are refs, arguments may be refs or getters. Opens nothing on a server.
 *
 * @module tidewire/vue
 */
export { createSSE } from './provider.js'
export { useChannel } from './use-channel.js'
export { useChannelEvent } from './use-channel-event.js'
export { useConnection } from './use-connection.js'
export { useFold } from './use-fold.js'
export { useSignalValue } from './use-signal-value.js'
export { useSSE } from './use-sse.js'
export { useSSEClient } from './use-sse-client.js'
export type { ChannelView, ConnectionView, FeedView, SourceView } from './view.js'
