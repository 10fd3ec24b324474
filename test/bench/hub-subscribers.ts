/**
 * A process of subscribers: raw sockets that check each event they get. Told to open some, it answers when all have their first bytes;
 * told to await an event, it answers when all have it. A subscriber that gets other bytes, or events out of order, ends the process.
 */
import { connect, type Socket } from 'node:net'
import { PAYLOAD_SIZE, payloadOf } from './hub-payload.js'

const REQUEST = 'GET /?channel=prices HTTP/1.1\r\nhost: bench\r\naccept: text/event-stream\r\n\r\n'
/** Opened at once. */
const BATCH = 200

const groups = new Map<number, { sockets: Socket[]; reached: Map<number, number> }>()
let waiting: (() => void) | undefined

function groupOf(port: number) {
  const known = groups.get(port) ?? { sockets: [], reached: new Map<number, number>() }
  groups.set(port, known)
  return known
}

/** `next`: the number of the first event. */
function subscribe(port: number, host: string, next: number): Promise<Socket> {
  const { reached } = groupOf(port)
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host })
    socket.once('connect', () => socket.write(REQUEST))
    socket.on('error', reject)
    let rest = ''
    let isOpen = false
    socket.on('data', (bytes) => {
      const text = rest + bytes.toString('latin1')
      if (!isOpen) {
        // Past the head, with the first bytes of the body.
        const body = text.indexOf('\r\n\r\n')
        if (!text.startsWith('HTTP/1.1 200') || body < 0 || text.indexOf('\n\n', body) < 0) {
          if (body >= 0 && !text.startsWith('HTTP/1.1 200')) reject(new Error(text))
          rest = text
          return
        }
        isOpen = true
        setImmediate(resolve, socket)
      }
      let at = text.indexOf('#')
      for (
        ;
        at >= 0 && at + PAYLOAD_SIZE < text.length;
        at = text.indexOf('#', at + PAYLOAD_SIZE)
      ) {
        if (!text.startsWith(`${payloadOf(next)}"`, at))
          throw new Error(`Event ${next} was expected and this came: ${text.slice(at, at + 120)}`)
        reached.set(next, (reached.get(next) ?? 0) + 1)
        next++
        waiting?.()
      }
      rest = at >= 0 ? text.slice(at) : ''
    })
  })
}

interface Order {
  readonly call: 'open' | 'awaited' | 'leave'
  readonly port: number
  readonly count: number
  /** One of the loopback's. */
  readonly host: string
  readonly next: number
}

const calls = {
  async open({ port, count, host, next }: Order) {
    const { sockets } = groupOf(port)
    const target = sockets.length + count
    while (sockets.length < target) {
      const batch = Math.min(BATCH, target - sockets.length)
      const opened = Array.from({ length: batch }, () => subscribe(port, host, next))
      sockets.push(...(await Promise.all(opened)))
    }
    return sockets.length
  },
  /** Event `next` has reached everybody. */
  awaited({ port, next }: Order) {
    const { sockets, reached } = groupOf(port)
    return new Promise((resolve) => {
      waiting = () => {
        if ((reached.get(next) ?? 0) < sockets.length) return
        waiting = undefined
        reached.clear()
        resolve(true)
      }
      waiting()
    })
  },
  leave({ port }: Order) {
    for (const socket of groupOf(port).sockets) socket.destroy()
    return groups.delete(port)
  },
}

process.on('message', async (order: Order) => {
  process.send?.(await calls[order.call](order))
})
process.on('disconnect', () => process.exit())
