/** What the endpoint sends and takes: the page and the server share these types. */

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

/** What `POST /api/break` can do to the streams of one page. */
export const faults = ['drop', 'cut', 'stall', 'busy', 'expire', 'portal', 'finish'] as const
export type Fault = (typeof faults)[number]

/** The answer of `GET /api/status`: one page as the server sees it. */
export interface PageStatus {
  /** Responses that are open now. */
  readonly streams: number
  /** Responses that were opened since the page was loaded. */
  readonly opened: number
}
