/** The page: runs the contest that its address names, and posts what came out. */
import {
  type CompareOptions,
  type Comparison,
  type Contestant,
  compare,
} from '../support/compare.js'
import type { Component } from './component.js'
import { jsonContest, nextURL, textContest } from './listener.js'
import { type Held, keepers, measureHeld } from './memory.js'
import { reactContest, reactDeliveries } from './react.js'
import { signalsContest } from './signals.js'
import { EVENTS, LAST } from './stream.js'
import { vueContest, vueDeliveries } from './vue.js'

/** What each contest posts. */
export interface Outcomes {
  text: Comparison
  json: Comparison
  signals: Counted
  react: Counted & { perDelivery: number }
  vue: Counted & { perDelivery: number }
  memory: Held
}

export interface Counted {
  readonly comparison: Comparison
  /** Effects or renders, in the last run of each contestant. */
  readonly runs: Readonly<Record<string, number>>
}

type Contests = { [K in keyof Outcomes]: (contestant: string) => Promise<Outcomes[K]> }

const small = `${EVENTS.toLocaleString('en')} small events`
const slow: CompareOptions = { rounds: 9, limit: 25_000 }

const contests: Contests = {
  text: () => compare(`${small}, text to a listener`, textContest(), { rounds: 11, limit: 30_000 }),
  json: () => compare(`${small}, JSON to a listener`, jsonContest(), slow),
  async signals() {
    const { contestants, runs } = signalsContest()
    return counted(`${small}, the newest one in 50 effects`, contestants, runs)
  },
  react: () => rendering('React', reactContest, reactDeliveries),
  vue: () => rendering('Vue', vueContest, vueDeliveries),
  memory(contestant) {
    const keep = keepers[contestant]
    if (!keep) throw new Error(`There is no contestant "${contestant}".`)
    return measureHeld(keep)
  },
}

async function counted(
  workload: string,
  contestants: Contestant[],
  runs: Map<string, number>,
): Promise<Counted> {
  const comparison = await compare(workload, contestants, slow)
  return { comparison, runs: Object.fromEntries(runs) }
}

async function rendering(
  framework: string,
  contest: (renders: Map<string, number>) => Contestant[],
  deliveries: (changed: () => void) => Component,
) {
  const renders = new Map<string, number>()
  const workload = `${small}, the newest one in a ${framework} component`
  const outcome = await counted(workload, contest(renders), renders)
  return { ...outcome, perDelivery: await rendersPerDelivery(deliveries) }
}

async function rendersPerDelivery(deliveries: (changed: () => void) => Component): Promise<number> {
  const container = document.body.appendChild(document.createElement('div'))
  let changes = 0
  let renders = 0
  const component = deliveries(() => changes++)
  await new Promise<void>((resolve) => {
    const unmount = component(nextURL(), container, {
      rendered: () => renders++,
      shown(newest) {
        if (newest !== LAST) return
        setTimeout(() => {
          unmount()
          resolve()
        })
      },
    })
  })
  return renders / changes
}

const post = (path: string, body: unknown) =>
  fetch(path, { method: 'POST', body: JSON.stringify(body) })

const failed = (reason: unknown) =>
  post('/failed', reason instanceof Error ? (reason.stack ?? reason.message) : String(reason))

addEventListener('error', ({ error, message }) => failed(error ?? message))
addEventListener('unhandledrejection', ({ reason }) => failed(reason))

const { searchParams } = new URL(location.href)
const run = contests[searchParams.get('contest') as keyof Outcomes]
run(searchParams.get('contestant') ?? '').then((outcome) => post('/done', outcome), failed)
