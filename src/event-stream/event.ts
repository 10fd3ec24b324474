/** An event of a stream, and what one read of a stream brings. */

/** One dispatched block of an event stream. `type` is 'message' and `lastEventId` '' where the stream named none. */
export interface StreamEvent {
  readonly type: string
  readonly data: string
  readonly lastEventId: string
}

/** What one read brought. `events` is empty where it held only comments, ids or half a block. */
export interface EventBatch {
  readonly events: readonly StreamEvent[]
  /** In force after the last of `events`, or after a block that only moved it. */
  readonly lastEventId: string
  /** The newest `retry:` of this read, in ms. */
  readonly retry?: number
}
