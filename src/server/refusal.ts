/** The answers that are no stream: why, in words, and when to try again. */

export type RefusalStatus = 400 | 401 | 403 | 404 | 405 | 406 | 410 | 413 | 429 | 500 | 503

/** A request that is refused; thrown inside the endpoint and answered at its edge. */
export class Refusal extends Error {
  readonly status: RefusalStatus
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: RefusalStatus,
    message: string,
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message)
    this.status = status
    this.headers = headers
  }

  response(headers: Readonly<Record<string, string>>): Response {
    return Response.json(
      { error: this.message },
      {
        status: this.status,
        headers: { ...headers, ...this.headers, 'cache-control': 'no-store' },
      },
    )
  }
}

/** Not now: after so many seconds. */
export function later(status: 429 | 503, message: string, seconds: number): Refusal {
  return new Refusal(status, message, { 'retry-after': String(Math.max(1, Math.ceil(seconds))) })
}
