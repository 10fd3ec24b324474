/**
 * React 18 and 19. Opens nothing while rendering or on a server, whose snapshot is idle.
 *
 * @module tidewire/react
 */
'use client'

export { SSEProvider, type SSEProviderProps } from './provider.js'
export { useChannel } from './use-channel.js'
export { useChannelEvent } from './use-channel-event.js'
export { useConnection } from './use-connection.js'
export { useFold } from './use-fold.js'
export { useSignalValue } from './use-signal-value.js'
export { useSSE } from './use-sse.js'
export { useSSEClient } from './use-sse-client.js'
export type { ChannelView, ConnectionView, FeedView, SourceView } from './view.js'
