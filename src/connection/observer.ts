/** What a connection tells whoever made it. */
import type { MessageError, SSEError } from '../errors.js'
import type { StreamEvent } from '../event-stream/event.js'
import type { ConnectionState } from './state.js'

export interface ConnectionObserver {
  /** The state changed; `error` is a failure that came with it. */
  changed(state: ConnectionState, error?: SSEError): void
  /**
   * A delivery: pull events until `undefined`. The cursor moves as each one is handed out. Called without events too, where only
   * the cursor moved.
   */
  deliver(next: () => StreamEvent | undefined): void
  /** An event was skipped for its size. */
  skipped(error: MessageError): void
  /** A stream took over while the state stayed open. */
  replaced?(): void
  diagnose(type: string, details?: Record<string, unknown>): void
}
