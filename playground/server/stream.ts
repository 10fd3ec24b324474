/** One event stream without a hub, on a Node response: heartbeats, and an end to readers that do not read. */
import type { ServerResponse } from 'node:http'

export interface OpenStream {
  /** Writes one event. Nothing once the stream has ended. */
  send(block: string): void
  /** Ends the response properly: all was said. */
  end(): void
  /** Aborted when the response is over, whoever ended it. */
  readonly closed: AbortSignal
}

const HEARTBEAT = 2000
/** The least the client waits before it comes back. */
const RECONNECTION_TIME = 800
/** Bytes that may wait for a client that does not read. */
const BACKLOG = 1024 * 1024

export function openStream(response: ServerResponse): OpenStream {
  const over = new AbortController()

  const send = (text: string) => {
    if (response.writableEnded || response.destroyed) return
    if (response.writableLength > BACKLOG) response.destroy()
    else response.write(text)
  }

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  send(`retry: ${RECONNECTION_TIME}\n\n`)
  const heartbeat = setInterval(() => send(':\n\n'), HEARTBEAT)
  heartbeat.unref()

  response.once('close', () => {
    clearInterval(heartbeat)
    over.abort()
  })
  // A client that resets its connection is no news: 'close' follows.
  response.on('error', () => {})

  return { send, end: () => response.end(), closed: over.signal }
}
