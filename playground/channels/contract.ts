/** What the page "Channels" and its hub agree on: the channels and what comes over them, and the requests beside them. */
import type { ProgressEvents } from 'tidewire/server'

export const rooms = ['harbour', 'lighthouse', 'lock'] as const
export type Room = (typeof rooms)[number]

/** Each may hear what those before it hear. */
export const roles = ['guest', 'crew', 'captain'] as const
export type Role = (typeof roles)[number]

export interface ChatMessage {
  /** Grows by one within a room. */
  readonly id: number
  readonly by: string
  readonly text: string
}

export interface Reading {
  /** Water level in metres. */
  readonly level: number
  /** Streams that are open on the hub. */
  readonly streams: number
  /** Channels that somebody has joined. */
  readonly channels: number
  /** Events in the hub's log. */
  readonly remembered: number
}

type NoticeEvents = { notice: { text: string } }

export type AppChannels = {
  'chat/:room': { message: ChatMessage }
  'presence/:room': { here: { names: readonly string[] } }
  notifications: NoticeEvents
  'notifications/:role': NoticeEvents
  'dashboard/metrics': { reading: Reading }
  'upload/:id': ProgressEvents
}

/** What `POST /api/hub` can do to the hub, or to the streams of one visitor. */
export const deeds = ['drop', 'restart', 'forget', 'drain', 'revoke', 'expire'] as const
export type Deed = (typeof deeds)[number]

/** The answer of `GET /api/hub`: one visitor as the hub sees it. */
export interface HubStatus {
  /** Streams of this visitor that are open now. */
  readonly streams: number
  /** Requests of this visitor to the hub: those that open a stream, and those that change its channels. */
  readonly requests: number
  /** Streams of everybody. */
  readonly connections: number
  readonly role: Role
}
