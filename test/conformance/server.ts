/** A server that answers nothing by itself: a row takes each request, and says what comes of it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

export interface Exchange {
  readonly method: string
  readonly path: string
  readonly body: string
  /** By `performance.now()`. */
  readonly at: number
  /** A header's value, its bytes as Latin-1; undefined where there is none. */
  header(name: string): string | undefined
  /** Resolves when the response is over, whoever ended it. */
  readonly over: Promise<void>
  readonly isOver: boolean
  /** Begins an event stream, and writes the pieces one after the other, each in a packet of its own. */
  stream(...pieces: readonly (string | Uint8Array)[]): Promise<void>
  /** More of the stream. */
  send(...pieces: readonly (string | Uint8Array)[]): Promise<void>
  answer(status: number, headers?: Record<string, string>, body?: string): void
  /** Ends the response properly. */
  end(): void
  /** The network is gone. */
  cut(): void
}

export interface CellServer {
  readonly url: string
  /** Each request once. */
  take(milliseconds: number): Promise<Exchange | undefined>
  close(): Promise<void>
}

/** ms between two pieces. */
const BETWEEN = 15
/** The page that a client in a browser runs in. */
export const PAGE = '/page'

export async function serveCell(): Promise<CellServer> {
  const waiting: Exchange[] = []
  let arrived = () => {}

  const server = createServer(async (request, response) => {
    response.on('error', () => {})
    if (request.url === PAGE || request.url === '/favicon.ico') {
      response.end('<!doctype html><title>cell</title>')
      return
    }
    const at = performance.now()
    let body = ''
    try {
      for await (const chunk of request.setEncoding('utf8')) body += chunk
    } catch {
      return
    }
    waiting.push(exchangeOf(request, response, body, at))
    arrived()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async take(milliseconds) {
      if (waiting.length === 0) {
        const signal = AbortSignal.timeout(milliseconds)
        await new Promise<void>((resolve) => {
          arrived = resolve
          signal.addEventListener('abort', () => resolve())
        })
      }
      return waiting.shift()
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function exchangeOf(
  request: IncomingMessage,
  response: ServerResponse,
  body: string,
  at: number,
): Exchange {
  let isOver = false
  const over = new Promise<void>((resolve) => {
    response.on('close', () => {
      isOver = true
      resolve()
    })
  })
  response.socket?.setNoDelay()
  const write = async (pieces: readonly (string | Uint8Array)[]) => {
    for (const [index, piece] of pieces.entries()) {
      if (index > 0) await delay(BETWEEN)
      response.write(piece)
    }
  }
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    body,
    at,
    header: (name) => request.headers[name]?.toString(),
    over,
    get isOver() {
      return isOver
    },
    async stream(...pieces) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.flushHeaders()
      await write(pieces)
    },
    send: (...pieces) => write(pieces),
    answer(status, headers = {}, body = '') {
      response.writeHead(status, headers)
      response.end(body)
    },
    end: () => void response.end(),
    cut: () => void response.destroy(),
  }
}
