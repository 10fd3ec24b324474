/** Numbered beats, at a rate that a page may choose: whoever has them all has lost nothing. */
import { setInterval } from 'node:timers'
import { type Rate, rates } from '../contract.js'
import type { App, Feature } from './feature.js'

const EVERY = 10
/** A beat goes on so long without a listener, so that who was cut off has missed some. */
const LINGER = 30_000

export function pulse(app: App): Feature {
  const hearts = new Map(rates.map((rate) => [rate, createHeart(app, rate)]))
  const asRate = (name: string) => rates.find((rate) => rate === name)

  return {
    declare(hub) {
      hub.channel('pulse/:rate', (_context, { rate }) => asRate(rate) !== undefined)
    },
    came({ channel }) {
      const rate = asRate(channel.replace('pulse/', ''))
      if (rate) hearts.get(rate)?.start()
    },
  }
}

function createHeart(app: App, rate: Rate) {
  /** The last one sent. A restart of the hub changes nothing about it. */
  let n = 0
  let timer: NodeJS.Timeout | undefined

  return {
    start() {
      if (timer) return
      const first = n
      const began = performance.now()
      let heard = began
      timer = setInterval(() => {
        const now = performance.now()
        if (app.hub.subscriberCount(`pulse/${rate}`)) heard = now
        const due = first + Math.floor(((now - began) * Number(rate)) / 1000)
        while (n < due) void app.hub.to(`pulse/${rate}`).send('beat', { n: ++n })
        if (now - heard < LINGER) return
        clearInterval(timer)
        timer = undefined
      }, EVERY).unref()
    },
  }
}
