/** A wire that fails the way wires do: a TCP proxy on this machine which can stop forwarding without telling anybody. */
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /**
   * A black hole: of the connections that were used, nothing passes any more in either direction, and neither end is told. New
   * ones work, and so do those that a browser opened for later.
   */
  silence(): void
  /** Resets the connections that stand. */
  cut(): void
  /** Ends all, told or not, and frees the port. */
  close(): Promise<void>
}

interface Pair {
  readonly ends: readonly [Socket, Socket]
  isUsed: boolean
  isSilent: boolean
}

export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>()

  const server = createServer((client) => {
    const upstream = createConnection(target, '127.0.0.1')
    const pair: Pair = { ends: [client, upstream], isUsed: false, isSilent: false }
    pairs.add(pair)
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.setNoDelay(true)
      from.on('data', (bytes) => {
        pair.isUsed = true
        if (!pair.isSilent) to.write(bytes)
      })
      from.on('error', () => {})
      from.on('close', () => {
        if (pair.isSilent) return
        to.destroy()
        pairs.delete(pair)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const cut = () => {
    for (const { ends } of pairs) for (const end of ends) end.resetAndDestroy()
    pairs.clear()
  }
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      for (const pair of pairs) pair.isSilent = pair.isUsed
    },
    cut,
    close() {
      cut()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}
