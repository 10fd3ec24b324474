/** Brings the hub to the wanted set while a stream is open: one request at a time, what changes meanwhile travels in the next. */
import { after, delay, linked, race } from '../abort.js'
import { ConnectionError, describe, ResponseError, SSEError } from '../errors.js'
import type { ControlRequest, WantedChannel } from '../hub-protocol.js'
import type { Wanted } from './wanted.js'

export interface ControlHost {
  readonly wanted: Wanted
  /** The set as the hub is told it. */
  channels(): readonly WantedChannel[]
  /** Sends with fresh headers; resolves with `answerOf` the response. */
  post(body: ControlRequest, signal: AbortSignal): Promise<Answer>
  /** ms before the next try; `error` may name a floor. */
  retryDelay(attempt: number, error: SSEError): number
  /** The hub does not know this connection any more. */
  lost(): void
  failed(error: SSEError): void
}

/** 'lost': the hub does not know the connection. */
export type Answer = 'taken' | 'lost'

export interface Control {
  /** A stream said hello; the request that opened it carried `revision`. Its predecessor's request is not wanted any more. */
  opened(conn: string, revision: number): void
  /** The set changed. */
  changed(): void
  /** No stream is open. */
  stop(): void
}

/** How long an answer may take in ms. */
const ANSWER_LIMIT = 10_000

export function createControl(host: ControlHost): Control {
  const { wanted } = host
  let stay = new AbortController()
  let conn: string | undefined
  /** The newest revision that the hub has. */
  let told = 0
  let isRunning = false

  function changed() {
    if (conn === undefined || isRunning || told >= wanted.revision) return
    isRunning = true
    const { signal } = stay
    run(conn, signal)
      .catch((error: unknown) => {
        if (!signal.aborted) host.failed(error as SSEError)
      })
      .finally(() => {
        if (!signal.aborted) isRunning = false
      })
  }

  async function run(conn: string, signal: AbortSignal) {
    for (let attempt = 1; told < wanted.revision; attempt++) {
      const { revision } = wanted
      try {
        const answer = await send({ conn, rev: revision, channels: host.channels() }, signal)
        if (answer === 'lost') return host.lost()
        told = revision
        attempt = 0
      } catch (error) {
        signal.throwIfAborted()
        if (!(error as SSEError).retryable) {
          // Not sent again as it is; the next change makes it another.
          told = revision
          throw error
        }
        await delay(host.retryDelay(attempt, error as SSEError), signal)
      }
    }
  }

  async function send(body: ControlRequest, parent: AbortSignal): Promise<Answer> {
    const { controller, unlink } = linked(parent)
    const { signal } = controller
    after(ANSWER_LIMIT, signal, () =>
      controller.abort(
        new ConnectionError('timeout', `The hub did not answer within ${ANSWER_LIMIT} ms.`),
      ),
    )
    try {
      return await race(host.post(body, signal), signal)
    } catch (cause) {
      if (cause instanceof SSEError) throw cause
      throw new ConnectionError('network', `The hub was not reached: ${describe(cause)}`, { cause })
    } finally {
      unlink()
      controller.abort()
    }
  }

  function stop() {
    stay.abort()
    stay = new AbortController()
    isRunning = false
    conn = undefined
  }

  return {
    opened(next, revision) {
      stop()
      conn = next
      told = revision
      changed()
    },
    changed,
    stop,
  }
}

/** What the hub said to a change. Throws `ResponseError` for a refusal; the body is not read. */
export function answerOf(response: Response): Answer {
  response.body?.cancel().catch(() => {})
  const { status } = response
  if (response.ok) return 'taken'
  if (status === 410) return 'lost'
  throw new ResponseError(
    status === 401 ? 'unauthorized' : 'status',
    `The hub answered ${status} to a change of channels.`,
    response,
  )
}
