/** The one client of this page: every view has its channels over its one stream. */
import { type Diagnostic, SSEClient } from 'tidewire'
import { headers, refresh } from '../page/visitor.js'
import { createHistory } from './history.js'
import { createMeter } from './meter.js'
import { HUB_URL } from './network.js'

export const history = createHistory()
export const meter = createMeter((events) => history.count(events, Date.now()))

const listeners = new Set<(fact: Diagnostic) => void>()

/** Calls back with each of the client's facts. */
export function onFact(listener: (fact: Diagnostic) => void): void {
  listeners.add(listener)
}

export const client = new SSEClient({
  url: HUB_URL,
  fetch: meter.fetch,
  // Asked before every attempt, so an attempt after a refresh carries the new token.
  headers,
  onUnauthorized: refresh,
  reconnectDelay: 800,
  // A browser has six HTTP/1.1 connections for a server. A tab in the background gives its own back.
  pauseWhenHidden: 15_000,
  onDiagnostic(fact) {
    for (const listener of listeners) listener(fact)
  },
})
