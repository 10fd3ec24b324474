/** The process of one server under test: what it costs is its own. `argv[2]` names it; a message is a call, its answer the result. */
import { createServer } from 'node:http'
import { payloadOf } from './hub-payload.js'
import { type ServerName, servers } from './hub-servers.js'

const fanOut = servers[process.argv[2] as ServerName]()
const server = createServer((req, res) => void fanOut.handle(req, res))

const calls = {
  listen: () =>
    new Promise((resolve) => {
      server.listen(0, '0.0.0.0', 8192, () => {
        const address = server.address()
        resolve(typeof address === 'object' && address?.port)
      })
    }),
  publish(number: number) {
    fanOut.publish(payloadOf(number))
  },
  /** Microseconds of CPU so far, of all threads. */
  cpu() {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Bytes, without garbage. */
  async memory() {
    for (let round = 0; round < 4; round++) {
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { rss, heapUsed, external } = process.memoryUsage()
    return { rss, heap: heapUsed + external }
  },
  connections: () =>
    new Promise((resolve, reject) => {
      server.getConnections((error, count) => (error ? reject(error) : resolve(count)))
    }),
}

export type ServerCalls = typeof calls

process.on('message', async ({ call, given }: { call: keyof ServerCalls; given: number }) => {
  process.send?.((await calls[call](given)) ?? null)
})
process.on('disconnect', () => process.exit())
