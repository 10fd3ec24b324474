/** Live numbers for the dashboard: ten times a second, as long as somebody listens. */
import type { AppHub } from './app-hub.js'
import type { ForgetfulLog } from './log.js'

const EVERY = 100

/** `live` gives the hub of the moment. Returns what ends it. */
export function publishMetrics(live: () => { hub: AppHub; log: ForgetfulLog }): () => void {
  const publish = () => {
    const { hub, log } = live()
    if (!hub.subscriberCount('dashboard/metrics')) return
    void hub.to('dashboard/metrics').send('reading', {
      level: level(Date.now() / 1000),
      streams: hub.connectionCount,
      channels: hub.activeChannels.length,
      remembered: log.size,
    })
  }
  const timer = setInterval(publish, EVERY)
  timer.unref()
  return () => clearInterval(timer)
}

/** A water level in metres: two tides of different length and a little chop. */
function level(at: number): number {
  return 2.4 + 1.1 * Math.sin(at / 3) + 0.4 * Math.sin(at / 0.9) + 0.1 * (Math.random() - 0.5)
}
