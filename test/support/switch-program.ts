/** The program behind `http-switch.ts`: hands each request to the server of its moment. */
import { createServer, request as sendRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { SwitchOrder, SwitchTold } from './http-switch.js'

let target = 0

function tell(told: SwitchTold) {
  process.send?.(told)
}

const server = createServer((request, response) => {
  const { method, url, headers } = request
  const host = '127.0.0.1'
  const upstream = sendRequest({ host, port: target, method, path: url, headers, agent: false })
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
// A client that takes up a connection in the moment in which it is closed would see an error that is not the hub's.
server.keepAliveTimeout = 600_000
server.listen(0, '127.0.0.1', 4096, () => {
  tell({ type: 'listening', port: (server.address() as AddressInfo).port })
})
process.on('message', ({ port }: SwitchOrder) => {
  target = port
  tell({ type: 'switched' })
})
// Who started it is gone.
process.on('disconnect', () => process.exit())
