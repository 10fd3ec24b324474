/** What a hub's process is told, and what it says. */

/** Channels are `all` and `rooms/0` to one below. */
export const ROOMS = 20

export type HubOrder =
  /** Publishes each so many ms; without a number no longer. */
  | { readonly type: 'load'; readonly every?: number | undefined }
  | { readonly type: 'drain'; readonly over: number }
  | { readonly type: 'report' }

export type HubTold =
  | { readonly type: 'listening'; readonly port: number; readonly pid: number }
  | { readonly type: 'drained' }
  | { readonly type: 'report'; readonly report: Report }

export interface Report {
  /** How many messages each channel has had. */
  readonly published: Readonly<Record<string, number>>
  /** The same, when the stream of a client was ended. */
  readonly ended: Readonly<Record<string, Readonly<Record<string, number>>>>
  readonly connections: number
}
