/**
 * A storm: clients, hubs that come and go behind one address, a network, a page and time, and all that can happen to them in any
 * order.
 */
import fc from 'fast-check'
import { type Replay, SSEClient, type UntypedChannels } from 'tidewire'
import { createHub, type Hub } from 'tidewire/server'
import { expect } from 'vitest'
import { createMemoryLog, type Log } from '../../src/server/log.js'
import { type Clock, createNetwork, type InstalledPage, settle } from './faults/index.js'
import { beginStay, check, look, type Published, type Stay, type Truth } from './stay.js'
import {
  ACTS,
  type Act,
  actOf,
  calm,
  type Happening,
  happening,
  type Surroundings,
  surrounded,
} from './surroundings.js'

export interface StormSetting {
  /** Events that each log keeps. */
  readonly keeps: number
  /** Rules that answer after so many ms, some of them. */
  readonly rules: number
}

/** `b` and `c` have rules whose answer expires; `c`'s takes its time. */
const NAMES = ['a', 'b', 'c']
const CLIENTS = 2
/** A token is good for so long, in ms. */
const TOKEN_LIVES = 3000
const URL = 'https://hub.example/sse'

export interface Step extends Happening {
  readonly name: string
  readonly client: number
  readonly replay: Replay | undefined
}

interface Storm extends Surroundings {
  readonly clients: readonly SSEClient<UntypedChannels>[]
  readonly stays: Stay[]
  readonly published: ReadonlyMap<string, Published[]>
  publish(name: string, count: number): void
  hold(step: Step): void
  /** Another hub behind the address: with the same log, or with a log of its own. */
  replace(keepsLog: boolean, leave: (hub: Hub<UntypedChannels>) => unknown): void
}

const OWN: Readonly<Record<string, Act<Storm, Step>>> = {
  publish: ({ publish }, { name }) => publish(name, 1),
  burst: ({ publish }, { name, n }) => publish(name, n),
  join: ({ hold }, step) => hold(step),
  leave({ stays, clients }, { name, client }) {
    const isTheirs = (stay: Stay) => stay.name === name && stay.client === clients[client]
    const stay = stays.find((stay) => !stay.isOver && isTheirs(stay))
    if (!stay) return
    stay.isOver = true
    stay.stop()
  },
  connect: ({ clients }, { client }) => clients[client]?.connect(),
  disconnect: ({ clients }, { client }) => clients[client]?.disconnect(),
  reconnect: ({ clients }, { client }) => clients[client]?.reconnect(),

  restart: ({ replace, network }) => {
    replace(false, (hub) => hub.close())
    network.break('reset')
  },
  'goes away': ({ replace }) => replace(false, (hub) => hub.close()),
  'rolls out': ({ replace }) => replace(true, (hub) => hub.drain({ over: 1000 })),
  'rolls out another log': ({ replace }) => replace(false, (hub) => hub.drain({ over: 1000 })),
}

const WEIGHTS = { publish: 8, burst: 4, join: 8 }

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    ...happening,
    act: actOf({ ...Object.fromEntries(Object.keys(OWN).map((act) => [act, 1])), ...WEIGHTS }),
    name: fc.constantFrom(...NAMES),
    client: fc.nat(CLIENTS - 1),
    replay: fc.constantFrom<(Replay | undefined)[]>(undefined, 'earliest', { last: 2 }),
  }),
  { minLength: 5, maxLength: 70 },
)

/** Nothing is left of it when it has passed. */
export function weather(
  clock: Clock,
  schedule: readonly Step[],
  setting: StormSetting,
): Promise<void> {
  return surrounded(clock, async (page, complaints) => {
    const { pass, hubs, network } = brew(clock, page, complaints, setting)
    await pass(schedule)
    for (const hub of hubs) expect([hub.connectionCount, hub.activeChannels]).toEqual([0, []])
    return network
  })
}

function brew(clock: Clock, page: InstalledPage, complaints: unknown[], setting: StormSetting) {
  const { keeps, rules } = setting
  const published = new Map(NAMES.map((name) => [name, [] as Published[]]))
  const hubs: Hub<UntypedChannels>[] = []
  const stays: Stay[] = []
  let log: Log
  let hub: Hub<UntypedChannels>
  let generation = -1
  /** Events of the log in use and the most that any log had. */
  let logged = 0
  let most = 0

  function start(keepsLog: boolean) {
    if (!keepsLog) {
      log = createMemoryLog({ maxEvents: keeps })
      generation++
      logged = 0
    }
    const made = createHub<UntypedChannels, string>({
      heartbeat: 1000,
      log,
      identify(request) {
        const [client = '', issued] = request.headers.get('x-token')?.split(' ') ?? []
        if (clock.now - Number(issued) > TOKEN_LIVES) throw EXPIRED
        return client
      },
      onError: (error) => error !== EXPIRED && complaints.push(error),
      onJoin: () => {},
      onLeave: () => {},
    })
    const again = {
      ok: true,
      get expiresAt() {
        return clock.now + TOKEN_LIVES
      },
    }
    made.channel('a')
    made.channel('b', () => again)
    made.channel('c', async () => {
      if (rules) await new Promise((grant) => setTimeout(grant, rules))
      return again
    })
    hub = made as unknown as Hub<UntypedChannels>
    hubs.push(hub)
  }

  const network = createNetwork(
    (request) => hub.fetch(request),
    () => ({ refuse: storm.isDown }),
  )
  const clients = Array.from({ length: CLIENTS }, (_, number) => {
    let issued = clock.now
    return new SSEClient<UntypedChannels>({
      url: URL,
      fetch: network.fetch,
      headers: async () => ({ 'x-token': `client-${number} ${issued}` }),
      async onUnauthorized() {
        await new Promise((resolve) => setTimeout(resolve, storm.refreshTakes))
        issued = clock.now
      },
      reconnectDelay: 100,
      maxReconnectDelay: 2000,
      connectTimeout: 3000,
      pauseWhenHidden: number === 0 ? 1500 : false,
      history: 1,
    })
  })
  const truthOf = (name: string): Truth => ({
    all: published.get(name) as Published[],
    isAllKept: most <= keeps,
  })

  const storm: Storm = {
    clock,
    page,
    network,
    clients,
    stays,
    published,
    isDown: false,
    refreshTakes: 20,
    publish(name, count) {
      const list = published.get(name) as Published[]
      for (let sent = 0; sent < count; sent++) {
        list.push({ number: list.length, generation })
        most = Math.max(most, ++logged)
        void hub.to(name).send('n', list.length - 1)
      }
    },
    hold({ client: number, name, replay }) {
      const client = clients[number] as SSEClient<UntypedChannels>
      const isHeld = stays.some(
        (stay) => !stay.isOver && stay.client === client && stay.name === name,
      )
      const isAlone = !isHeld && client.channel(name).status.peek() === 'idle'
      stays.push(beginStay({ client, name, replay, generation, isAlone }))
    },
    replace(keepsLog, leave) {
      const old = hub
      start(keepsLog)
      void leave(old)
    },
  }
  start(false)

  const lookAround = () => {
    for (const stay of stays) look(stay, truthOf(stay.name), generation)
  }

  return {
    hubs,
    network,
    async pass(schedule: readonly Step[]) {
      for (const step of schedule) {
        await (OWN[step.act] ?? ACTS[step.act])?.(storm, step)
        lookAround()
      }
      await calm(storm, clients)
      lookAround()
      for (const name of NAMES) storm.publish(name, 1)
      await clock.advance(2000)
      for (const stay of stays) {
        if (!stay.isOver) expect(stay.live, `${stay.name} is live again`).toBeDefined()
        check(stay, truthOf(stay.name))
        stay.stop()
      }
      for (const client of clients) client.close()
      network.break('reset')
      await settle()
      for (const old of hubs) await old.close()
      await clock.advance(1000)
    },
  }
}

const EXPIRED = new Error('The token has expired.')
