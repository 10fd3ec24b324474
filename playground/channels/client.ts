/** The one client of this page: every panel has its channels over the one stream. */
import { SSEClient, signal } from 'tidewire'
import type { Room } from './contract.js'
import { headers, refresh } from './visitor.js'

export const client = new SSEClient({
  // Asked before every attempt, so an attempt after a refresh carries the new token.
  headers,
  onUnauthorized: refresh,
  reconnectDelay: 800,
})

/** The room that the panels show. */
export const room = signal<Room>('harbour')
