/**
 * A crowd whose server goes away and comes back, on a clock that only the simulation moves: when each request came, and when
 * everybody was served again.
 */
import { createConnection } from '../../src/connection/connection.js'
import type { Environment } from '../../src/connection/environment.js'
import { createRequester } from '../../src/connection/request.js'
import type { Clock } from './faults/index.js'

export interface Outage {
  readonly clients: number
  /** How long (ms) the server is away. */
  readonly lasts: number
}

export interface Crowd {
  /** Milliseconds since the outage began, of each request. */
  readonly asked: readonly number[]
  /** When the last one was served again. */
  readonly served: number
}

/** Tidewire's own connections with their defaults; only clock, chance and server are the simulation's. */
export async function strandTidewire(
  clock: Clock,
  random: () => number,
  { clients, lasts }: Outage,
): Promise<Crowd> {
  const asked: number[] = []
  const open = new Set<ReadableStreamDefaultController>()
  let isAway = false
  let began = 0
  const environment: Environment = {
    now: () => clock.now,
    random,
    isOnline: () => true,
    isHidden: () => false,
    watch: () => () => {},
  }
  const fetch = async () => {
    asked.push(clock.now - began)
    if (isAway) throw new TypeError('fetch failed')
    const body = new ReadableStream({ start: (controller) => void open.add(controller) })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }
  const options = { fetch }
  const observer = { changed() {}, deliver() {}, skipped() {}, diagnose() {} }
  const connections = Array.from({ length: clients }, () => {
    const requester = createRequester('https://crowd.example/', options)
    return createConnection(requester, { request: () => ({}) }, options, observer, environment)
  })
  for (const connection of connections) connection.dispatch({ type: 'connect' })
  // Long enough to be proof of health.
  await clock.advance(10_000)

  began = clock.now
  asked.length = 0
  isAway = true
  for (const stream of open) stream.error(new TypeError('terminated'))
  open.clear()
  await clock.advance(lasts)
  isAway = false
  while (open.size < clients) await clock.advance(100)
  const served = asked.at(-1) ?? 0
  for (const connection of connections) connection.dispatch({ type: 'close' })
  return { asked, served }
}

/** Clients that wait equally long before each attempt. */
export function strandFixed(delay: number, { clients, lasts }: Outage): Crowd {
  const asked: number[] = []
  let at = delay
  for (; ; at += delay) {
    for (let client = 0; client < clients; client++) asked.push(at)
    if (at >= lasts) return { asked, served: at }
  }
}

/** How many came in the busiest moment of so many ms. `times` in order. */
export function peak(times: readonly number[], within: number): number {
  let most = 0
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] as number) - (times[from] as number) >= within) from++
    most = Math.max(most, to - from + 1)
  }
  return most
}
