'use client'
/** tidewire/react: React 18 and 19. Needs nothing but `useSyncExternalStore`; opens nothing while rendering or on a server. */
export { useFold } from './use-fold.js'
export { useSignalValue } from './use-signal-value.js'
export { useSSE } from './use-sse.js'
export type { ConnectionView, FeedView, SourceView } from './view.js'
