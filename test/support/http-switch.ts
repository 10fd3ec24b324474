/** One address with changing servers behind it, as of a load balancer: each request goes to the one of its moment. */
import { createServer, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface HttpSwitch {
  readonly url: string
  /** The port that requests go to from now on. */
  to(port: number): void
}

/** Closed when the test ends. A server that is not there, or dies, is a connection that breaks. */
export async function startSwitch(port: number): Promise<HttpSwitch> {
  let target = port
  const server = createServer((request, response) => {
    const { method, url, headers } = request
    const upstream = sendRequest({
      host: '127.0.0.1',
      port: target,
      method,
      path: url,
      headers,
      agent: false,
    })
    const breakOff = () => response.destroy()
    upstream.on('error', breakOff)
    upstream.on('response', (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      response.flushHeaders()
      answer.on('error', breakOff)
      answer.pipe(response)
    })
    response.on('close', () => upstream.destroy())
    response.on('error', () => {})
    request.pipe(upstream)
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to(port) {
      target = port
    },
  }
}
