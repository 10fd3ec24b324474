/** An upload that is slow enough to be watched: its progress is what the server has read. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProgressTask } from '../../src/server/index.js'
import { Refused } from '../endpoint/refused.js'

const LARGEST = 16 * 1024 * 1024
const BYTES_A_SECOND = 1.5 * 1024 * 1024

/** The size that was announced. Throws `Refused` where there is none, or where it is too much. */
export function sizeOf({ headers }: IncomingMessage): number {
  const size = Number(headers['content-length'])
  if (!(size > 0)) throw new Refused(411, 'An upload needs a length.')
  if (size > LARGEST) throw new Refused(413, `An upload has at most ${megabytes(LARGEST)}.`)
  return size
}

/** Reads the body and tells how much of it is there. Throws `Refused` where the rest does not come, or the hub closes. */
export function receive(request: IncomingMessage, size: number): ProgressTask {
  // Destroying the request would take the answer along.
  const chunks: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false })

  return async (update, signal) => {
    let read = 0
    try {
      for await (const chunk of chunks) {
        // Not reading holds the browser back, as a slow line would.
        await delay((chunk.length / BYTES_A_SECOND) * 1000, undefined, { signal })
        const before = percentOf(read, size)
        read += chunk.length
        const now = percentOf(read, size)
        if (now !== before) update(now, `${megabytes(read)} of ${megabytes(size)}`)
      }
    } catch {
      throw new Refused(503, 'The upload broke off.')
    }
  }
}

const percentOf = (read: number, size: number) => Math.floor((read / size) * 100)

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`
