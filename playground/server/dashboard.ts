/** Live numbers of the hub: ten times a second, as long as somebody listens. */
import type { App, Feature } from './feature.js'
import { level } from './tide.js'

const EVERY = 100

export function dashboard(app: App): Feature {
  let ends: readonly number[] = []

  function publish() {
    const { hub, log } = app
    // A restart begins another log.
    if (log.end < (ends.at(-1) ?? 0)) ends = []
    ends = [...ends, log.end].slice(-1000 / EVERY - 1)
    if (!hub.subscriberCount('dashboard/metrics')) return
    void hub.to('dashboard/metrics').send('reading', {
      level: level(Date.now() / 300),
      rate: log.end - (ends[0] ?? 0),
      streams: hub.connectionCount,
      channels: hub.activeChannels.length,
      remembered: log.size,
    })
  }
  setInterval(publish, EVERY).unref()

  return {
    declare(hub) {
      // A reading that is a second old is of no use: nothing to remember, nothing to replay.
      hub.channel('dashboard/metrics', { replay: false })
    },
  }
}
