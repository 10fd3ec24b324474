/**
 * The fault harness: everything that goes wrong between a client and a server, at will and without waiting. Web-standard, for any
 * test runner and for pages; to be the entry `tidewire/testing`.
 */

// ── time, and the world around
export { type Clock, installClock } from './clock.js'
export type { Exchange } from './exchange.js'
// ── what goes wrong, and where
export {
  type Break,
  type CannedAnswer,
  type Faults,
  noContent,
  redirected,
  tooManyRequests,
  unauthorized,
  unavailable,
  wrongContentType,
} from './faults.js'
export { createNetwork, type Network } from './network.js'
export { createPage, type InstalledPage, installPage, type Page, type PageOptions } from './page.js'
// ── who answers
export {
  createReplayingEndpoint,
  type ReplayingEndpoint,
  type ReplayingEndpointOptions,
} from './replaying-endpoint.js'
export {
  createScriptedEndpoint,
  type ScriptedEndpoint,
  type ScriptedEndpointOptions,
  type ScriptedExchange,
} from './scripted-endpoint.js'
export { type SignalListeners, watchSignalListeners } from './signal-listeners.js'
export { settle, turn } from './turn.js'
