/** What can go wrong between a client and a server. Plain data, so that it can be drawn at random, printed and repeated. */

/** How an exchange breaks. */
export type Break =
  /** The connection is lost: what had arrived is read, then the read fails. */
  | 'drop'
  /** The connection is reset: the read fails at once, and what had arrived and was not read is gone. */
  | 'reset'
  /** The body ends as if all were said, wherever it is: a proxy gave up. */
  | 'end'
  /** Bytes stay where they are until `resume()`. */
  | 'stall'
  /** Neither side hears of the other any more, not even that it left. To the client it is silence, to the server a slow reader. */
  | 'half-open'

/** An answer in the server's place. A redirect with a `location` is followed as `fetch` does. */
export interface CannedAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly body?: string | undefined
}

/** What goes wrong with one exchange; what is absent goes well. Sizes are bytes, times are ms. */
export interface Faults {
  /** No connection: `fetch` rejects as it does without a network, and the server is not asked. */
  readonly refuse?: boolean | undefined
  /** A black hole: the request goes nowhere, and nothing ever comes back. */
  readonly hang?: boolean | undefined
  /** The server is not asked. */
  readonly answer?: CannedAnswer | undefined
  /** The request takes so long to arrive. */
  readonly delay?: number | undefined
  /** Each piece of the body is so long on its way. */
  readonly latency?: number | undefined
  /** The body is read in pieces of these lengths, used in turn. */
  readonly split?: readonly number[] | undefined
  /** The body drips: so many bytes, and then nothing for so long. */
  readonly drip?: { readonly bytes: number; readonly every: number } | undefined
  /** After so many bytes of the body it breaks; what follows them never arrives. */
  readonly breakAfter?: { readonly bytes: number; readonly how: Break } | undefined
}

/** 401, as of a token that has expired. */
export const unauthorized: Faults = { answer: { status: 401 } }

/** 204: the server asks not to be asked again. */
export const noContent: Faults = { answer: { status: 204 } }

/** 429, to come back after so many seconds. */
export const tooManyRequests = (seconds: number): Faults => later(429, seconds)

/** 503, to come back after so many seconds. */
export const unavailable = (seconds: number): Faults => later(503, seconds)

/** 200 of another content type: a captive portal, or an error page that claims to be fine. */
export const wrongContentType: Faults = {
  answer: {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<!doctype html><title>Welcome</title><p>Please accept the terms of use.</p>',
  },
}

/** Sends the client elsewhere, relative to where it asked. */
export const redirected = (
  location: string,
  status: 301 | 302 | 303 | 307 | 308 = 307,
): Faults => ({
  answer: { status, headers: { location } },
})

function later(status: number, seconds: number): Faults {
  return { answer: { status, headers: { 'retry-after': String(seconds) } } }
}
