/**
 * Random walks: a client and a hub between which everything happens in any order, against the list of what was published.
 *
 * `WALKS` sets how many there are of each kind; by default few enough for every run of the tests.
 */
import fc from 'fast-check'
import { effect, type Gap, type Replay, type UntypedChannels } from 'tidewire'
import { createHub } from 'tidewire/server'
import { expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { type Pair, pair } from '../support/hub-network.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

const WALKS = Number(process.env.WALKS ?? 120)
const NAMES = ['a', 'b', 'c']

interface Published {
  readonly number: number
  /** Which hub it was. */
  readonly epoch: number
}

/** One listener's time on a channel. */
interface Stay {
  readonly name: string
  readonly replay: Replay | undefined
  /** Nobody else held the channel. */
  readonly isFresh: boolean
  /** Restarts before its beginning, some of which the client may not have noticed then. */
  readonly restarts: number
  /** Numbers and 'gap', in order. */
  readonly heard: (number | 'gap')[]
  gaps: number
  /** Seen live: of the channel's messages so many were published, by this hub. */
  live: { readonly count: number; readonly epoch: number } | undefined
  isOver: boolean
  stop(): void
}

interface Walk {
  readonly pair: Pair
  readonly published: Map<string, Published[]>
  readonly stays: Stay[]
  epoch: number
}

type Act = (walk: Walk, name: string, n: number) => unknown

const ACTS: Record<string, Act> = {
  publish,
  burst: (walk, name, n) => {
    for (let count = 0; count < n; count++) publish(walk, name)
  },
  hold: (walk, name) => hold(walk, name, undefined),
  'hold all': (walk, name) => hold(walk, name, 'earliest'),
  release: ({ stays }, name) => {
    const stay = stays.find((stay) => stay.name === name && !stay.isOver)
    if (!stay) return
    stay.isOver = true
    stay.stop()
  },
  cut: ({ pair: { network } }) => network.cut(),
  down: ({ pair: { network } }) => {
    network.isDown = true
    network.cut()
  },
  up: ({ pair: { network } }) => {
    network.isDown = false
  },
  stall: ({ pair: { network } }) => network.stall(true),
  go: ({ pair: { network } }) => network.stall(false),
  restart: (walk) => {
    walk.epoch++
    walk.pair.restart()
  },
  reconnect: ({ pair: { client } }) => client.reconnect(),
  pause: ({ pair: { client } }) => client.disconnect(),
  resume: ({ pair: { client } }) => client.connect(),
  forget: ({ pair: { network } }) => once(network, 410),
  refuse: ({ pair: { network } }) => once(network, 503),
  turn: () => Promise.resolve(),
  settle,
  moment: (_, __, n) => advance(n * 25),
  while: () => advance(1000),
  silence: () => advance(4000),
}

const WEIGHTS: Record<string, number> = { publish: 6, burst: 3, hold: 5, settle: 5, turn: 4 }

const step = fc.record({
  act: fc.oneof(
    ...Object.keys(ACTS).map((act) => ({ weight: WEIGHTS[act] ?? 1, arbitrary: fc.constant(act) })),
  ),
  name: fc.constantFrom(...NAMES),
  n: fc.integer({ min: 1, max: 12 }),
})
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

function publish({ pair, published, epoch }: Walk, name: string) {
  const list = published.get(name) ?? []
  published.set(name, list)
  list.push({ number: list.length, epoch })
  void pair.hub.to(name).send('n', list.length - 1)
}

function hold(walk: Walk, name: string, replay: Replay | undefined) {
  const channel = walk.pair.client.channel(name, { replay })
  let known: Gap | undefined = channel.gap.peek()
  const stay: Stay = {
    name,
    replay,
    isFresh: channel.status.peek() === 'idle',
    restarts: walk.epoch,
    heard: [],
    gaps: 0,
    live: undefined,
    isOver: false,
    stop() {
      unlisten()
      uneffect()
    },
  }
  const note = () => {
    const gap = channel.gap.peek()
    if (gap && gap !== known) stay.heard.push('gap')
    known = gap ?? known
  }
  const unlisten = channel.on('n', (data) => {
    note()
    stay.heard.push(data as number)
  })
  let isFirst = true
  const uneffect = effect(() => {
    if (channel.gap.value && !isFirst) stay.gaps++
    isFirst = false
    note()
  })
  walk.stays.push(stay)
}

/** Answers the next change with this status. */
function once(network: Pair['network'], status: number) {
  network.onControl = () => {
    network.onControl = undefined
    return new Response(null, { status })
  }
}

function look({ pair: { client }, stays, published, epoch }: Walk) {
  for (const stay of stays)
    if (!stay.live && !stay.isOver && client.channel(stay.name).status.peek() === 'live')
      stay.live = { count: published.get(stay.name)?.length ?? 0, epoch }
}

function check(stay: Stay, walk: Walk, keeps: number) {
  const all = walk.published.get(stay.name) ?? []
  const numbers = stay.heard.filter((entry) => entry !== 'gap') as number[]
  const context = () => JSON.stringify({ ...stay, all })
  // In order, and once.
  for (const [at, number] of numbers.entries())
    if (at > 0) expect(number, context()).toBeGreaterThan(numbers[at - 1] as number)
  // What is missing is missing at a gap.
  for (const [at, entry] of stay.heard.entries()) {
    const before = stay.heard[at - 1]
    if (typeof entry === 'number' && typeof before === 'number')
      expect(entry, context()).toBe(before + 1)
    // What another hub sent never goes without one.
    if (typeof entry === 'number' && typeof before === 'number')
      expect(all[entry]?.epoch, context()).toBe(all[before]?.epoch)
  }
  // A gap is told only where the log has forgotten, or another hub has come, and once for each.
  const isAllKept = [...walk.published.values()].flat().length <= keeps
  if (isAllKept)
    expect(stay.gaps, context()).toBeLessThanOrEqual(
      walk.epoch - (stay.isFresh ? stay.restarts : 0),
    )
  if (!stay.live) return
  const { count, epoch } = stay.live
  const hasGap = stay.heard.includes('gap')
  // From the moment it was live nothing is missing at the front, either.
  if (!hasGap && all.length > count && (!stay.isOver || numbers.length > 0))
    expect(numbers[0], context()).toBeLessThanOrEqual(count)
  if (!hasGap && stay.isFresh && stay.replay && isAllKept && numbers.length > 0)
    expect(numbers[0], context()).toBe(all.find((one) => one.epoch === epoch)?.number)
  if (!stay.isOver) expect(numbers.at(-1), context()).toBe(all.length - 1)
}

async function run(steps: readonly Step[], keeps: number, isSlow: boolean) {
  const it = pair({
    reconnectDelay: 100,
    maxReconnectDelay: 1000,
    makeHub: () => {
      const hub = createHub<UntypedChannels>({ heartbeat: 1000, log: { maxEvents: keeps } })
      for (const name of NAMES)
        hub.channel(name, isSlow ? () => new Promise((grant) => setTimeout(grant, 300, true)) : {})
      return hub
    },
  })
  const walk: Walk = { pair: it, published: new Map(), stays: [], epoch: 0 }
  for (const { act, name, n } of steps) {
    await ACTS[act]?.(walk, name, n)
    look(walk)
  }
  it.network.stall(false)
  it.network.isDown = false
  it.network.onControl = undefined
  it.client.connect()
  await advance(8000)
  look(walk)
  for (const name of NAMES) publish(walk, name)
  await settle()
  for (const stay of walk.stays) {
    if (!stay.isOver) expect(stay.live).toBeDefined()
    check(stay, walk, keeps)
    stay.stop()
  }
  const { client, network } = it
  client.close()
  await settle()
  expect(network.streams).toBe(0)
}

test.each([
  ['a log that keeps everything', 10_000, false],
  ['a short log', 6, false],
  ['rules that take their time', 10_000, true],
])(
  'delivered equals published, exactly once and in order, or there is exactly one gap: %s',
  async (_, keeps, isSlow) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) =>
        run(steps, keeps, isSlow),
      ),
      {
        numRuns: WALKS,
        endOnFailure: true,
        ...(process.env.SEED && { seed: Number(process.env.SEED) }),
      },
    )
  },
  3_600_000,
)
