/** An event of a stream, and what one read of a stream brings. */

/** One dispatched block of an event stream. `type` is 'message' and `lastEventId` '' where the stream named none. */
export interface StreamEvent {
  /** The `event:` field. */
  readonly type: string
  /** The `data:` lines, joined by LF. */
  readonly data: string
  /** In force when the event was dispatched: its own id, or that of an event before it. */
  readonly lastEventId: string
}

/** What one read brought. */
export interface EventBatch {
  /** In order; empty where the read held only comments, ids or half a block. */
  readonly events: readonly StreamEvent[]
  /** In force after the last of `events`, or after a block that only moved it. */
  readonly lastEventId: string
  /** The newest `retry:` of this read, in ms. */
  readonly retry?: number
}
