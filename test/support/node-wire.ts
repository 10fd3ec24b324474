/** Servers and requests of Node's, with every byte in the hands of the test. */
import { once } from 'node:events'
import {
  type Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  request as sendRequest,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A server on a free port, closed where the test ends. */
export async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  return (server.address() as AddressInfo).port
}

export interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

export async function ask(
  port: number,
  path = '/',
  { body, ...sent }: Sent = {},
): Promise<IncomingMessage> {
  const request = sendRequest({ host: '127.0.0.1', port, path, agent: false, ...sent })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

/** A connection of which every byte is the test's. */
export async function raw(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

export const say = (body: string | ReadableStream<Uint8Array> | null, init?: ResponseInit) => ({
  fetch: () => new Response(body, init),
})

/** What comes in a moment, and on a busy machine a little later. Times in ms. */
export const SOON = { timeout: 15_000, interval: 5 }
