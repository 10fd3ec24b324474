/**
 * A long life in short: clients, listeners and channels that come and go by the thousand, a network that breaks every few seconds,
 * tokens and rules that expire, streams that grow too old, and one listener that stays and hears everything.
 */
import { effect, SSEClient, type UntypedChannels } from 'tidewire'
import { createHub, type Hub } from 'tidewire/server'
import { expect } from 'vitest'
import {
  type Break,
  type Clock,
  createNetwork,
  type InstalledPage,
  type SignalListeners,
  settle,
} from './faults/index.js'
import { heapInUse } from './garbage.js'
import { calm, surrounded } from './surroundings.js'

export interface SoakFigures {
  readonly published: number
  readonly heard: number
  readonly mounts: number
  readonly clients: number
  /** Requests that opened a stream or tried to. */
  readonly opens: number
  /** Bytes in use, garbage not counted: after a third, at the end, and when all is closed. */
  readonly heap: { readonly third: number; readonly end: number; readonly closed: number }
}

const CLIENTS = 6
/** Milliseconds between two moments, in each of which something is published. */
const MOMENT = 100
const TOKEN_LIVES = 20_000
/** A hub remembers the last event of so many channels, however many there were. */
const REMEMBERED = 10_000
const EXPIRED = new Error('The token has expired.')
const BREAKS: readonly Break[] = ['drop', 'reset', 'end', 'stall', 'half-open']

type Client = SSEClient<UntypedChannels>
type Mount = { readonly until: number; readonly room: string; stop(): void }

/** Each uses a channel in its own way until it is stopped. */
const USES: readonly ((client: Client, room: string) => () => void)[] = [
  (client, room) => client.channel(room).on('n', () => {}),
  (client, room) => {
    const { latest, messages, status, gap } = client.channel(room, { replay: { last: 3 } })
    return effect(() => void [latest.value, messages.value, status.value, gap.value])
  },
  (client, room) => {
    const lease = client.subscribe(room)
    lease.on('n', () => {})
    lease.ready.catch(() => {})
    return () => lease.close()
  },
  (client, room) => {
    const iterator = client.channel(room)[Symbol.asyncIterator]()
    const read = async () => {
      while (!(await iterator.next()).done);
    }
    read().catch(() => {})
    return () => void iterator.return?.()
  },
  (client, room) => {
    const seed = async () => [] as unknown[]
    const folded = client.channel(room).fold(seed, (list, { data }) => [...list, data].slice(-20))
    return effect(() => void folded.value)
  },
]

/** `minutes`: of simulated time. Nothing may be left of it when it is over. */
export async function soak(
  clock: Clock,
  random: () => number,
  minutes: number,
): Promise<SoakFigures> {
  let figures: SoakFigures | undefined
  await surrounded(clock, async (page, complaints, listeners) => {
    const life = live(clock, random, page, complaints, listeners)
    await life.go((minutes * 60_000) / MOMENT)
    figures = await life.end()
    return life.network
  })
  return figures as SoakFigures
}

function live(
  clock: Clock,
  random: () => number,
  page: InstalledPage,
  complaints: unknown[],
  listeners: SignalListeners,
) {
  const below = (count: number) => Math.floor(random() * count)
  let published = 0
  let heard = 0
  let mounted = 0
  let made = 0
  let opens = 0
  let present = 0
  const heap = { third: 0, end: 0, closed: 0 }
  const mounts = new Set<Mount>()

  const hub = createHub<UntypedChannels, string>({
    heartbeat: 1000,
    maxAge: 60_000,
    log: { maxEvents: 1000 },
    identify(request) {
      const [client = '', issued] = request.headers.get('x-token')?.split(' ') ?? []
      if (clock.now - Number(issued) > TOKEN_LIVES) throw EXPIRED
      return client
    },
    onError: (error) => error !== EXPIRED && complaints.push(error),
    onJoin: () => void present++,
    onLeave: () => void present--,
  })
  hub.channel('all')
  hub.channel('rooms/:id', () => ({ ok: true, expiresAt: clock.now + 5000 }))
  const target = hub as unknown as Hub<UntypedChannels>
  const network = createNetwork(hub.fetch)

  function createClient(): Client {
    const name = `client-${made++}`
    let issued = clock.now
    return new SSEClient<UntypedChannels>({
      url: 'https://hub.example/sse',
      fetch: network.fetch,
      headers: () => ({ 'x-token': `${name} ${issued}` }),
      onUnauthorized() {
        issued = clock.now
      },
      reconnectDelay: 100,
      maxReconnectDelay: 1000,
      connectTimeout: 2000,
      onDiagnostic: ({ type }) => {
        if (type === 'request') opens++
      },
    })
  }
  const clients = Array.from({ length: CLIENTS }, createClient)
  // It is there from the first to the last, and misses nothing.
  const steady = (clients[0] as Client).channel('all', { history: 10 })
  steady.on('n', (number) => {
    if (number !== heard) complaints.push(`${number} came instead of ${heard}`)
    heard++
  })

  function mount() {
    const client = clients[below(CLIENTS)] as Client
    // Most rooms are new ones, of which nothing may be left either; some are shared.
    const [first] = mounts
    const room = first && below(4) === 0 ? first.room : `rooms/${mounted}`
    mounted++
    const use = USES[below(USES.length)] as (typeof USES)[number]
    mounts.add({ until: clock.now + below(6000), room, stop: use(client, room) })
  }

  function publish() {
    void target.to('all').send('n', published++)
    for (const { room } of mounts) if (below(4) === 0) void target.to(room).send('n', published)
  }

  function unmount() {
    for (const one of mounts) {
      if (one.until > clock.now) continue
      one.stop()
      mounts.delete(one)
    }
  }

  function breakSomething() {
    const how = BREAKS[below(BREAKS.length)] as Break
    if (below(4) === 0) network.break(how)
    else network.exchanges[below(network.exchanges.length)]?.break(how)
  }

  /** What happens each so many moments. */
  const happenings: readonly (readonly [every: number, happen: () => void])[] = [
    [1, publish],
    [2, mount],
    [2, unmount],
    [37, breakSomething],
    // That somebody left is known some day, and what stalls goes on.
    [90, () => network.resume()],
    [70, () => page.hide()],
    [71, () => page.show()],
    [130, () => page.goOffline()],
    [137, () => page.goOnline()],
    [97, () => page.dispatch('pageshow')],
    [
      110,
      () => {
        // With all who still listen through it.
        const number = 1 + below(CLIENTS - 1)
        clients[number]?.close()
        clients[number] = createClient()
      },
    ],
  ]

  const surroundings = { clock, page, network, isDown: false, refreshTakes: 0 }

  /** When nothing is held up on its way, which may be a megabyte for each reader. */
  async function weigh() {
    await calm(surroundings, clients)
    // Counting forgets what has aborted.
    void listeners.count
    return heapInUse()
  }

  return {
    network,
    async go(moments: number) {
      // What is bounded is full before anything is weighed.
      for (let room = 0; room < REMEMBERED; room++)
        void target.to(`rooms/before-${room}`).send('n', room)
      await clock.advance(MOMENT)
      for (let moment = 1; moment <= moments; moment++) {
        for (const [every, happen] of happenings) if (moment % every === 0) happen()
        await clock.advance(MOMENT)
        if (moment === Math.floor(moments / 3)) heap.third = await weigh()
      }
      heap.end = await weigh()
    },
    async end(): Promise<SoakFigures> {
      expect(heard).toBe(published)
      expect(steady.gap.peek()).toBeUndefined()
      for (const { stop } of mounts) stop()
      mounts.clear()
      for (const client of clients) client.close()
      network.break('reset')
      await settle()
      // Whoever left may return for a while.
      await clock.advance(10_000)
      expect([hub.connectionCount, hub.activeChannels, present]).toEqual([0, [], 0])
      await hub.close()
      clients.length = 0
      heap.closed = await weigh()
      return { published, heard, mounts: mounted, clients: made, opens, heap }
    },
  }
}
