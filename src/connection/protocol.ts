/** What a connection must know of the server it speaks to, and nothing more. */
import type { StreamEvent } from '../event-stream/event.js'
import type { RequestParts } from './request.js'

/** What a block that is no message means to the connection. */
export type Instruction =
  /** The stream delivers from now on; the server announced a byte at least each `heartbeat` ms. 0: it did not. */
  | { readonly type: 'ready'; readonly heartbeat?: number | undefined }
  /** The server will end this stream; come back `after` ms later. */
  | { readonly type: 'ending'; readonly after: number }
  /** The protocol's own business. */
  | { readonly type: 'skip' }

export interface Protocol {
  /** The request of a stream that resumes after `cursor`. */
  request(cursor: string): RequestParts
  /** The instruction of a block; `undefined` for a message, which is delivered. Absent: every block is one, and a stream is ready at its headers. */
  readonly read?: ((event: StreamEvent) => Instruction | undefined) | undefined
  /**
   * Ids can be compared, so a stream may be opened beside the old one and nothing is delivered twice. Absent: the old stream is
   * aborted first.
   */
  readonly overlaps?: boolean | undefined
  /** The request must not be sent twice unless a cursor says where to go on: a clean end is the end. */
  readonly once?: boolean | undefined
}
