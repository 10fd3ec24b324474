/**
 * A program with a hub, to be run in a process of its own: publishes under load, drains, and knows what had been published when each
 * stream ended. It is told what to do by messages.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { UntypedChannels } from '../../src/index.js'
import { createHub } from '../../src/server/index.js'
import { toNodeHandler } from '../../src/server/node.js'
import { type HubOrder, type HubTold, type Report, ROOMS } from './hub-orders.js'

const hub = createHub<UntypedChannels>({ onError: (error) => console.error(error) })
const published: Record<string, number> = {}
const ended: Record<string, Record<string, number>> = {}
const names = ['all', ...Array.from({ length: ROOMS }, (_, room) => `rooms/${room}`)]
for (const name of names) {
  hub.channel(name)
  published[name] = 0
}

function publish(name: string) {
  const number = published[name] as number
  published[name] = number + 1
  void hub.to(name).send('n', { number, hub: process.pid })
}

let load: ReturnType<typeof setInterval> | undefined
let turn = 0
const orders: {
  readonly [T in HubOrder['type']]: (order: Extract<HubOrder, { type: T }>) => void
} = {
  load({ every }) {
    clearInterval(load)
    if (every === undefined) return
    load = setInterval(() => {
      publish('all')
      // A few rooms each time, so that there is something in each of them.
      for (let count = 0; count < 4; count++) publish(`rooms/${turn++ % ROOMS}`)
    }, every)
  },
  drain({ over }) {
    void hub.drain({ over }).then(() => tell({ type: 'drained' }))
  },
  report() {
    const report: Report = { published, ended, connections: hub.connectionCount }
    tell({ type: 'report', report })
  },
}

function tell(told: HubTold) {
  process.send?.(told)
}

const answer = toNodeHandler(hub)
const server = createServer((request, response) => {
  const client = String(request.headers['x-client'])
  const { end } = response
  // The end of the stream: what was published before it must have been written.
  response.end = ((...given: Parameters<typeof end>) => {
    ended[client] ??= { ...published }
    return end.apply(response, given)
  }) as typeof end
  answer(request, response)
})
server.listen(0, '127.0.0.1', 4096, () => {
  tell({ type: 'listening', port: (server.address() as AddressInfo).port, pid: process.pid })
})
process.on('message', (order: HubOrder) => orders[order.type](order as never))
// Who started it is gone.
process.on('disconnect', () => process.exit())
