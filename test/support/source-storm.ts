/** A storm over plain sources: an endpoint that remembers, a network, a page and time, and all that can happen to them in any order. */
import fc from 'fast-check'
import { createSource, type Source } from 'tidewire'
import { expect } from 'vitest'
import { type Clock, createNetwork, createReplayingEndpoint } from './faults/index.js'
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

interface Storm extends Surroundings {
  readonly source: Source
  send(count: number): void
  /** The endpoint ends every stream. */
  end(): void
}

/** A token is good for so long, in ms. */
const TOKEN_LIVES = 3000

const OWN: Readonly<Record<string, Act<Storm>>> = {
  send: ({ send }) => send(1),
  burst: ({ send }, { n }) => send(n),
  'ends all': ({ end }) => end(),
  connect: ({ source }) => source.connect(),
  disconnect: ({ source }) => source.disconnect(),
  reconnect: ({ source }) => source.reconnect(),
}

const WEIGHTS = { send: 8, burst: 4, 'ends all': 1, connect: 1, disconnect: 1, reconnect: 1 }

export const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.record({ ...happening, act: actOf(WEIGHTS) }),
  { minLength: 5, maxLength: 70 },
)

/** Everything that was sent comes, once and in order, and nothing is left of it when it has passed. */
export function weatherOfSource(
  clock: Clock,
  schedule: readonly Happening[],
  options: { readonly pauseWhenHidden: number | false },
): Promise<void> {
  return surrounded(clock, async (page) => {
    const endpoint = createReplayingEndpoint({ earliest: true, heartbeat: 1000 })
    let sent = 0
    let issued = clock.now
    const heard: unknown[] = []
    const network = createNetwork(
      async (request) => {
        const age = clock.now - Number(request.headers.get('x-token'))
        return age > TOKEN_LIVES ? new Response(null, { status: 401 }) : endpoint.fetch(request)
      },
      () => ({ refuse: storm.isDown }),
    )
    const source = createSource('https://a.example/events', {
      ...options,
      fetch: network.fetch,
      headers: async () => ({ 'x-token': String(issued) }),
      async onUnauthorized() {
        await new Promise((resolve) => setTimeout(resolve, storm.refreshTakes))
        issued = clock.now
      },
      parse: 'json',
      heartbeatTimeout: 2500,
      reconnectDelay: 100,
      maxReconnectDelay: 2000,
      connectTimeout: 3000,
    })
    const storm: Storm = {
      clock,
      page,
      network,
      source,
      isDown: false,
      refreshTakes: 20,
      send(count) {
        for (let all = sent + count; sent < all; sent++) endpoint.send({ data: sent + 1 })
      },
      end: () => endpoint.end(),
    }
    source.on('*', (data) => heard.push(data))
    source.connect()

    for (const step of schedule) await (OWN[step.act] ?? ACTS[step.act])?.(storm, step)
    await calm(storm, [source])
    storm.send(1)
    await clock.advance(1000)
    expect(heard).toEqual(Array.from({ length: sent }, (_, index) => index + 1))
    source.close()
    network.break('reset')
    expect(endpoint.open).toBe(0)
    return network
  })
}
