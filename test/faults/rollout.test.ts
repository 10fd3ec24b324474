/**
 * A hub is replaced behind its address while it works: drained, and killed. Real processes, sockets and time.
 *
 * `CONNECTIONS=2000` is the long form, `FIGURES=1` prints how the clients came back.
 */
import { type GapReason, SSEClient, type UntypedChannels } from 'tidewire'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startSwitch } from '../support/http-switch.js'
import { ROOMS } from '../support/hub-orders.js'
import { type HubProcess, startHub } from '../support/hub-process.js'
import { peak } from '../support/outage.js'
import { record } from '../support/tape.js'

const CONNECTIONS = Number(process.env.CONNECTIONS ?? 200)
/** Milliseconds between two moments at which each hub publishes. */
const EVERY = Math.max(100, CONNECTIONS / 4)
const DRAIN = Math.max(2000, CONNECTIONS * 2.5)
/** What so many clients, two hubs and a switch take of a small machine: each waits up to 30 s, and some of them twice. */
const patient = { timeout: Math.max(60_000, CONNECTIONS * 100), interval: 100 }
const LONG = 3 * patient.timeout

interface Heard {
  readonly number: number
  /** Its process. */
  readonly hub: number
}

interface Visitor {
  readonly name: string
  readonly client: SSEClient<UntypedChannels>
  readonly heard: ReadonlyMap<string, readonly (Heard | GapReason)[]>
  /** Codes of what it showed as an error. */
  readonly errors: string[]
  /** It closed for good. */
  gaveUp(): boolean
}

interface World {
  readonly visitors: readonly Visitor[]
  /** When each stream was asked for. */
  readonly asked: readonly number[]
}

function visit(url: string, number: number, asked: number[]): Visitor {
  const name = `v${number}`
  const errors: string[] = []
  let gaveUp = false
  const client = new SSEClient<UntypedChannels>({
    url: `${url}/_sse`,
    headers: { 'x-client': name },
    fetch(request) {
      asked.push(performance.now())
      return fetch(request)
    },
  })
  client.on('error', ({ code }) => errors.push(code))
  client.state.subscribe((state) => {
    if ('error' in state && state.error) errors.push(`${state.status}: ${state.error.code}`)
    gaveUp ||= state.status === 'closed' && state.reason !== 'user'
  })
  const heard = new Map(
    ['all', `rooms/${number % ROOMS}`].map((channel) => [
      channel,
      record<Heard>(client.channel(channel, { history: 1 }), 'n').entries,
    ]),
  )
  return { name, client, heard, errors, gaveUp: () => gaveUp }
}

/** Everybody is live before anything is published. */
async function gather(url: string): Promise<World> {
  const asked: number[] = []
  const visitors: Visitor[] = []
  onTestFinished(() => {
    for (const { client } of visitors) client.close()
  })
  const areLive = () =>
    visitors.every(({ client, heard }) =>
      [...heard.keys()].every((name) => client.channel(name).status.peek() === 'live'),
    )
  while (visitors.length < CONNECTIONS) {
    const from = visitors.length
    for (let count = 0; count < 100 && visitors.length < CONNECTIONS; count++)
      visitors.push(visit(url, from + count, asked))
    await vi.waitFor(() => expect(areLive()).toBe(true), patient)
  }
  expect(visitors.flatMap(({ errors }) => errors)).toEqual([])
  return { visitors, asked }
}

const numbersOf = (entries: readonly (Heard | GapReason)[], { pid }: HubProcess) =>
  entries.flatMap((entry) => (typeof entry === 'object' && entry.hub === pid ? entry.number : []))

const upTo = (end: number) => Array.from({ length: end }, (_, number) => number)

/** Everybody has had all that the hub has published. */
async function caughtUp({ visitors }: World, hub: HubProcess) {
  const { published } = await hub.report()
  const isBehind = ([name, entries]: readonly [string, readonly (Heard | GapReason)[]]) => {
    const last = entries.at(-1)
    return typeof last !== 'object' || last.hub !== hub.pid || last.number + 1 !== published[name]
  }
  await vi.waitFor(() => {
    const behind = visitors.find(({ heard }) => [...heard].some(isBehind))
    expect(behind?.name).toBeUndefined()
  }, patient)
  return published
}

/** What each visitor heard: of the old hub so much, then one gap, then all that the new one has. */
async function expectMoved(
  world: World,
  before: HubProcess,
  after: HubProcess,
  checkOld: (visitor: Visitor, channel: string, numbers: readonly number[]) => void,
) {
  after.load()
  const published = await caughtUp(world, after)
  for (const visitor of world.visitors)
    for (const [name, entries] of visitor.heard) {
      const old = numbersOf(entries, before)
      const at = `${visitor.name} on ${name}`
      expect(old, at).toEqual(upTo(old.length))
      checkOld(visitor, name, old)
      expect(entries.slice(old.length), at).toEqual([
        'epoch',
        ...upTo(published[name] as number).map((number) => ({ number, hub: after.pid })),
      ])
    }
}

function tellFigures(what: string, times: readonly number[]) {
  if (!process.env.FIGURES) return
  const [first = 0] = times
  const last = times.at(-1) ?? 0
  console.log(
    `${what}: ${CONNECTIONS} clients asked ${times.length} times within ${Math.round(last - first)} ms, at most ${peak(times, 1000)} in a second and ${peak(times, 100)} in 100 ms`,
  )
}

test(
  `a drain under load moves ${CONNECTIONS} clients and loses nothing that was published before a stream's end`,
  async () => {
    const before = await startHub()
    const after = await startHub()
    const { url, to } = await startSwitch(before.port)
    const world = await gather(url)
    before.load(EVERY)
    await vi.waitFor(
      async () => expect((await before.report()).published.all).toBeGreaterThan(10),
      patient,
    )

    const first = world.asked.length
    after.load(EVERY)
    await to(after.port)
    await before.drain(DRAIN)
    const { ended } = await before.report()
    expect(Object.keys(ended)).toHaveLength(CONNECTIONS)
    await expectMoved(world, before, after, ({ name }, channel, numbers) => {
      expect(numbers.length, `${name} on ${channel}`).toBe(ended[name]?.[channel])
    })

    for (const { name, errors, client } of world.visitors) {
      expect(errors, name).toEqual([])
      expect(client.error.peek(), name).toBeUndefined()
    }
    const back = world.asked.slice(first)
    tellFigures('drain', back)
    // Once each; spread over the drain, so that no second has more than its share many times over.
    expect(back).toHaveLength(CONNECTIONS)
    expect(peak(back, 1000)).toBeLessThan(CONNECTIONS * 0.9)
    expect((await after.report()).connections).toBe(CONNECTIONS)
  },
  LONG,
)

test(
  `a hub that is killed is told to the page of ${CONNECTIONS} clients, and the next one's log comes whole`,
  async () => {
    const before = await startHub()
    const { url, to } = await startSwitch(before.port)
    const world = await gather(url)
    before.load(EVERY)
    await vi.waitFor(
      async () => expect((await before.report()).published.all).toBeGreaterThan(10),
      patient,
    )

    const first = world.asked.length
    await before.kill()
    await vi.waitFor(() => {
      for (const { errors } of world.visitors) expect(errors).toContain('waiting: network')
    }, patient)
    const after = await startHub()
    after.load(EVERY)
    await to(after.port)
    await vi.waitFor(() => {
      const away = world.visitors.filter(({ client }) => !client.connected)
      expect(away.map(({ client }) => client.status.peek())).toEqual([])
    }, patient)
    await expectMoved(world, before, after, ({ name }, channel, numbers) => {
      // Of what it had published, whatever had left the process.
      expect(numbers.length, `${name} on ${channel}`).toBeGreaterThan(0)
    })
    for (const { gaveUp, name, client } of world.visitors) {
      expect(gaveUp(), name).toBe(false)
      expect(client.error.peek(), name).toBeUndefined()
    }
    tellFigures('kill', world.asked.slice(first))
  },
  LONG,
)
