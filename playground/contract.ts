/** What the page and its server agree on: channels, events of plain endpoints, and the requests beside them. */
import type { ProgressEvents } from 'tidewire/server'

export const rooms = ['harbour', 'lighthouse', 'lock'] as const
export type Room = (typeof rooms)[number]

/** Each may hear what those before it hear. */
export const roles = ['guest', 'crew', 'captain'] as const
export type Role = (typeof roles)[number]

/** Beats a second. */
export const rates = ['4', '100', '1000'] as const
export type Rate = (typeof rates)[number]

export interface ChatMessage {
  /** Grows by one within a room. */
  readonly id: number
  readonly by: string
  readonly text: string
}

/** Numbered without a hole, so that a page can prove that it has them all. */
export interface Beat {
  readonly n: number
}

export interface Reading {
  /** Water level in metres. */
  readonly level: number
  /** Events that the hub published in the last second. */
  readonly rate: number
  /** Streams that are open on the hub. */
  readonly streams: number
  /** Channels that somebody has joined. */
  readonly channels: number
  /** Events in the hub's log. */
  readonly remembered: number
}

type NoticeEvents = { notice: { text: string } }

export type AppChannels = {
  'pulse/:rate': { beat: Beat }
  'chat/:room': { message: ChatMessage; typing: { by: string } }
  'presence/:room': { here: { names: readonly string[] } }
  notifications: NoticeEvents
  'notifications/:role': NoticeEvents
  'dashboard/metrics': { reading: Reading }
  'upload/:id': ProgressEvents
}

/** Events of `GET /api/events`. */
export type LiveEvents = {
  tick: { value: number }
  note: { text: string }
}

/** Events of `POST /api/answer`. */
export type AnswerEvents = {
  delta: { text: string }
  done: { tokens: number }
}

/** What `POST /api/break` can do, to the streams of one visitor or to the hub. */
export const faults = [
  'drop',
  'cut',
  'stall',
  'busy',
  'portal',
  'finish',
  'expire',
  'revoke',
  'restart',
  'drain',
  'forget',
] as const
export type Fault = (typeof faults)[number]

/** The answer of `GET /api/status`: one visitor as the server sees it. */
export interface VisitorStatus {
  /** Streams that are open now. */
  readonly streams: number
  /** Streams that were opened so far. */
  readonly opened: number
}

/** The answer of `POST /api/role` and `GET /api/role`. */
export interface RoleStatus {
  readonly role: Role
}
