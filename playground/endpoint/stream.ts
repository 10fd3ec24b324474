/** One open event stream on a Node response, with the ways in which it can be broken. */
import type { ServerResponse } from 'node:http'

export interface OpenStream {
  /** Writes one event. Nothing once the stream has ended, or was told to stall. */
  send(block: string): void
  /** Ends the response properly: all was said. */
  end(): void
  /** The server gives up before all was said. */
  leave(): void
  /** Destroys the socket: the network is gone. */
  drop(): void
  /** Writes half of the next event, then destroys the socket. */
  cut(): void
  /** Leaves the socket open and writes nothing more: neither events nor heartbeats. */
  stall(): void
  /** Aborted when the response is over, whoever ended it. */
  readonly closed: AbortSignal
}

const HEARTBEAT = 2000
/** The least the client waits before it comes back. */
const RECONNECTION_TIME = 800
/** Bytes that may wait for a client that does not read. */
const BACKLOG = 1024 * 1024

/** `endless`: a proper end says no more than that the server leaves. */
export function openStream(response: ServerResponse, endless: boolean): OpenStream {
  const over = new AbortController()
  const { signal } = over
  let mode: 'live' | 'cut' | 'stalled' = 'live'

  const write = (text: string) => {
    if (response.writableEnded || response.destroyed || mode === 'stalled') return
    if (response.writableLength > BACKLOG) response.destroy()
    else response.write(text)
  }

  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  write(`retry: ${RECONNECTION_TIME}\n\n`)
  const heartbeat = setInterval(() => write(':\n\n'), HEARTBEAT)
  heartbeat.unref()

  response.once('close', () => {
    clearInterval(heartbeat)
    over.abort()
  })
  // A client that resets its connection is no news: 'close' follows.
  response.on('error', () => {})

  return {
    send(block) {
      if (mode !== 'cut') return write(block)
      mode = 'stalled'
      response.write(block.slice(0, block.length / 2), () => response.destroy())
    },
    end() {
      if (mode === 'live') response.end()
    },
    leave() {
      if (endless) response.end()
      else response.destroy()
    },
    drop: () => response.destroy(),
    cut: () => {
      mode = 'cut'
    },
    stall: () => {
      mode = 'stalled'
    },
    closed: signal,
  }
}
