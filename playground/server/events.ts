/** A plain endpoint: one stream, no hub. It begins with what came after the last event ID. */
import type { Feature } from './feature.js'
import { createLiveLog } from './live.js'
import { lastEventId, openPlain } from './plain.js'

const EVERY = 1000
/** An hour. */
const KEPT = 3600

export function events(): Feature {
  const log = createLiveLog({ every: EVERY, size: KEPT })

  return {
    routes: {
      // What follows `events/` only tells the streams of a page apart.
      'GET events'(exchange) {
        const stream = openPlain(exchange)
        if (!stream) return
        for (const block of log.since(lastEventId(exchange))) stream.send(block)
        stream.closed.addEventListener('abort', log.follow(stream.send))
      },
    },
  }
}
