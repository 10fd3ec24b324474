/** tidewire/vue: the same names as tidewire/react; fields are refs, arguments may be refs or getters. Opens nothing on a server. */
export { useFold } from './use-fold.js'
export { useSignalValue } from './use-signal-value.js'
export { useSSE } from './use-sse.js'
export type { ConnectionView, FeedView, SourceView } from './view.js'
