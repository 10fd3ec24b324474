'use client'
/** tidewire/react: React 18 and 19. Opens nothing while rendering or on a server, whose snapshot is idle. */
export { useFold } from './use-fold.js'
export { useSignalValue } from './use-signal-value.js'
export { useSSE } from './use-sse.js'
export type { ConnectionView, FeedView, SourceView } from './view.js'
