/** An upload that is slow enough to be watched: its progress is what the server has read. */
import type { IncomingMessage } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { ProgressTask } from '../../src/server/index.js'
import type { App, Feature } from './feature.js'
import { sendJSON } from './json.js'
import { Refused } from './refused.js'

export function upload(app: App): Feature {
  return {
    declare(hub) {
      // The id of an upload begins with that of the visitor, so that nobody watches another's.
      hub.channel('upload/:id', ({ principal }, { id }) => id.startsWith(`${principal.id}.`))
    },

    routes: {
      async 'POST uploads'({ request, response, rest: id, visitor }) {
        if (!id.startsWith(`${visitor.id}.`)) throw new Refused(403, 'This upload is not yours.')
        const size = sizeOf(request)
        let whole = false
        await app.hub.to(`upload/${id}`).progress(async (update, signal) => {
          await receive(request, size)(update, signal)
          whole = true
        })
        if (!whole) throw new Refused(503, 'The upload broke off.')
        const owner = app.hub.to('notifications').only(visitor.id)
        void owner.send('notice', { text: 'Your upload is here.' })
        sendJSON(response, 200, { size })
      },
    },
  }
}

const LARGEST = 16 * 1024 * 1024
const BYTES_A_SECOND = 1.5 * 1024 * 1024

/** The size that was announced. Throws `Refused` where there is none, or where it is too much. */
function sizeOf({ headers }: IncomingMessage): number {
  const size = Number(headers['content-length'])
  if (!(size > 0)) throw new Refused(411, 'An upload needs a length.')
  if (size > LARGEST) throw new Refused(413, `An upload has at most ${megabytes(LARGEST)}.`)
  return size
}

/** Reads the body and tells how much of it is there. Throws `Refused` where the rest does not come, or the hub closes. */
function receive(request: IncomingMessage, size: number): ProgressTask {
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
