/** What can happen to whoever is connected, whatever they speak: to the network, to credentials, to the page, and time itself. */
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  type Break,
  type Clock,
  type Faults,
  type InstalledPage,
  installPage,
  type Network,
  redirected,
  type SignalListeners,
  settle,
  tooManyRequests,
  turn,
  unauthorized,
  unavailable,
  watchSignalListeners,
  wrongContentType,
} from './faults/index.js'

export interface Surroundings {
  readonly clock: Clock
  readonly page: InstalledPage
  readonly network: Network
  /** Nobody is reached. */
  isDown: boolean
  /** How long a new token takes, in ms. */
  refreshTakes: number
}

/** One thing that happens; what it is about is drawn for all of them alike. */
export interface Happening {
  readonly act: string
  readonly n: number
  readonly how: Break
}

export type Act<W, H extends Happening = Happening> = (world: W, happening: H) => unknown

const nextFault =
  (fault: (happening: Happening) => Faults): Act<Surroundings> =>
  ({ network }, happening) =>
    network.next(fault(happening))

export const ACTS: Readonly<Record<string, Act<Surroundings>>> = {
  'break all': ({ network }, { how }) => network.break(how),
  'break one': ({ network }, { how, n }) => network.exchanges[n % 3]?.break(how),
  resume: ({ network }) => network.resume(),
  'break later': nextFault(({ how, n }) => ({ breakAfter: { bytes: n * n * 9, how } })),
  split: nextFault(({ n }) => ({ split: [n, 1, 40] })),
  drip: nextFault(({ n }) => ({ drip: { bytes: n * 8, every: 50 } })),
  late: nextFault(({ n }) => ({ latency: n * 40 })),
  delay: nextFault(({ n }) => ({ delay: n * 100 })),
  refuse: nextFault(() => ({ refuse: true })),
  'black hole': nextFault(() => ({ hang: true })),
  'says 401': nextFault(() => unauthorized),
  'says 410': nextFault(() => ({ answer: { status: 410 } })),
  'says 429': nextFault(() => tooManyRequests(1)),
  'says 503': nextFault(() => unavailable(2)),
  'says something else': nextFault(() => wrongContentType),
  redirect: nextFault(() => redirected('/elsewhere')),
  down(world) {
    world.isDown = true
    world.network.break('reset')
  },
  up(world) {
    world.isDown = false
  },

  'slow tokens'(world, { n }) {
    world.refreshTakes = n * 100
  },

  hide: ({ page }) => page.hide(),
  show: ({ page }) => page.show(),
  offline: ({ page }) => page.goOffline(),
  online: ({ page }) => page.goOnline(),
  'comes back': ({ page }) => page.dispatch('pageshow'),
  thaws: ({ page }) => page.dispatch('resume'),
  sleeps: ({ clock }, { n }) => clock.sleep(n * 10_000),

  turn: () => turn(),
  settle: () => settle(),
  moment: ({ clock }, { n }) => clock.advance(n * 25),
  second: ({ clock }) => clock.advance(1000),
  while: ({ clock }) => clock.advance(4000),
}

const WEIGHTS: Readonly<Record<string, number>> = { settle: 6, turn: 4, moment: 6 }

/** What a happening has beside its act. */
export const happening = {
  n: fc.integer({ min: 1, max: 12 }),
  how: fc.constantFrom<Break>('drop', 'reset', 'end', 'stall', 'half-open'),
}

/** The name of an act: one of these, or one of those that have a weight. */
export function actOf(weights: Readonly<Record<string, number>>): fc.Arbitrary<string> {
  const all = {
    ...Object.fromEntries(Object.keys(ACTS).map((act) => [act, 1])),
    ...WEIGHTS,
    ...weights,
  }
  return fc.oneof(
    ...Object.entries(all).map(([act, weight]) => ({ weight, arbitrary: fc.constant(act) })),
  )
}

/** Until all is well again, and everybody who was sent away or gave up has come back. */
export async function calm(
  world: Surroundings,
  everybody: readonly { connect(): void }[],
): Promise<void> {
  const { network, page, clock } = world
  world.isDown = false
  world.refreshTakes = 20
  network.clear()
  page.show()
  page.goOnline()
  // That a client has left is known some day; what is half open is found out by its silence.
  for (const exchange of network.exchanges) if (!exchange.isLive) exchange.break('reset')
  for (let count = 0; count < 2; count++) {
    for (const one of everybody) one.connect()
    await clock.advance(10_000)
  }
}

/**
 * Runs in a page of its own. When it is over nothing may be left: no exchange, no timer, no listener, nothing that was reported.
 * `run` gives the network that it used; what it closes has settled by then.
 */
export async function surrounded(
  clock: Clock,
  run: (page: InstalledPage, complaints: unknown[], listeners: SignalListeners) => Promise<Network>,
): Promise<void> {
  const page = installPage()
  const listeners = watchSignalListeners()
  const complaints: unknown[] = []
  const { reportError } = globalThis
  globalThis.reportError = (error) => void complaints.push(error)
  try {
    const network = await run(page, complaints, listeners)
    await settle()
    expect(complaints).toEqual([])
    expect(network.exchanges).toEqual([])
    expect(page.listeners).toBe(0)
    expect(listeners.count).toBe(0)
    expect(clock.pending).toBe(0)
  } finally {
    globalThis.reportError = reportError
    listeners.restore()
    page.restore()
  }
}
