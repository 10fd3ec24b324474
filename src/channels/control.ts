/** Brings the hub to the wanted set while a stream is open: one request at a time, what changes meanwhile travels in the next. */
import { after, delay, linked, race } from '../abort.js'
import { ConnectionError, describe, ResponseError, SSEError } from '../errors.js'
import type { ControlRequest, WantedChannel } from '../hub-protocol.js'
import type { Wanted } from './wanted.js'

export interface ControlHost {
  readonly wanted: Wanted
  /** What is wanted since this revision or longer, as the hub is told it. */
  channels(revision: number): readonly WantedChannel[]
  /** Sends with fresh headers. Rejects for an answer other than 202. */
  post(body: ControlRequest, signal: AbortSignal): Promise<unknown>
  /** ms before the next try; `error` may name a floor. */
  retryDelay(attempt: number, error: SSEError): number
  /** The hub does not know this connection any more. */
  lost(conn: string): void
  /** The hub does not take this set. */
  failed(error: SSEError): void
}

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
    if (conn === undefined || isRunning) return
    isRunning = true
    run(conn, stay.signal).catch(() => {})
  }

  async function run(conn: string, signal: AbortSignal) {
    for (let attempt = 1; told < wanted.revision; attempt++) {
      const left = [...wanted.left]
      // Who left and came back is left out once, or the hub would not see that it begins anew.
      const isAgain = left.some((name) => wanted.names.has(name))
      const rev = isAgain ? told + 1 : wanted.revision
      try {
        await send({ conn, rev, channels: host.channels(rev) }, signal)
        signal.throwIfAborted()
        for (const name of left) wanted.left.delete(name)
      } catch (thrown) {
        signal.throwIfAborted()
        const error = thrown as SSEError
        const isLost = error.status === 410
        if (isLost) host.lost(conn)
        if (isLost || error.retryable) {
          await delay(host.retryDelay(attempt, error), signal)
          continue
        }
        // Not sent again as it is; the next change makes it another.
        host.failed(error)
      }
      told = rev
      attempt = 0
    }
    isRunning = false
  }

  async function send(body: ControlRequest, parent: AbortSignal) {
    const controller = linked(parent)
    const { signal } = controller
    after(ANSWER_LIMIT, signal, () =>
      controller.abort(
        new ConnectionError('timeout', `The hub did not answer within ${ANSWER_LIMIT} ms.`),
      ),
    )
    try {
      await race(host.post(body, signal), signal)
    } catch (cause) {
      if (cause instanceof SSEError) throw cause
      throw new ConnectionError('network', `The hub was not reached: ${describe(cause)}`, { cause })
    } finally {
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

/** Throws where the hub did not take a change; the body is not read. */
export function checkAnswer(response: Response): void {
  response.body?.cancel().catch(() => {})
  const { ok, status } = response
  if (status === 202) return
  const message = `The hub answered ${status} to a change of channels.`
  // Somebody else, who may be gone the next time: a captive portal.
  if (ok) throw new ConnectionError('protocol', message)
  throw new ResponseError(status === 401 ? 'unauthorized' : 'status', message, response)
}
