/** A client and a hub in one process, and a network between them that the test may cut, close, or answer for. */
import { SSEClient, type SSEClientOptions, type UntypedChannels } from 'tidewire'
import { createHub, type Hub } from 'tidewire/server'
import { onTestFinished } from 'vitest'
import type { ControlRequest, OpenRequest } from '../../src/hub-protocol.js'
import { settle } from './fake-time.js'
import { createNetwork } from './faults/network.js'

type Fetching = { fetch(request: Request): Promise<Response> }
type Answer = (request: Request) => Response | Promise<Response> | undefined

export interface HubNetwork extends Fetching {
  /** Who answers; another one is another process. */
  hub: Fetching
  /** Nobody is reached. */
  isDown: boolean
  /** Answers instead of the hub, where it answers. */
  onOpen: Answer | undefined
  onControl: Answer | undefined
  /** The bodies of all requests that got as far as the hub. */
  readonly opens: OpenRequest[]
  readonly controls: ControlRequest[]
  /** Calls of `fetch`. */
  readonly calls: number
  /** Streams under way. */
  readonly streams: number
  /** Breaks every stream. */
  cut(): void
  /** Bytes of streams stay on their way until it is called again with `false`. */
  stall(isStalled: boolean): void
}

/** The fault harness's network, which tells requests that open a stream from those that change channels. */
export function createHubNetwork(hub: Fetching): HubNetwork {
  let isStalled = false
  // Counted as they are asked for: to read a body takes turns.
  let calls = 0
  const carrier = createNetwork(
    async (request) => {
      const body = JSON.parse(await request.clone().text())
      const isControl = 'conn' in body
      if (isControl) network.controls.push(body)
      else network.opens.push(body)
      const answer = (isControl ? network.onControl : network.onOpen)?.(request)
      return answer ?? network.hub.fetch(request)
    },
    () => ({ refuse: network.isDown }),
  )
  const hold = () => {
    for (const stream of carrier.open) stream.break('stall')
  }
  const network: HubNetwork = {
    hub,
    isDown: false,
    onOpen: undefined,
    onControl: undefined,
    opens: [],
    controls: [],
    get calls() {
      return calls
    },
    get streams() {
      return carrier.open.length
    },
    async fetch(request) {
      calls++
      const response = await carrier.fetch(request)
      if (isStalled) hold()
      return response
    },
    cut() {
      for (const stream of carrier.open) stream.break('reset')
    },
    stall(next) {
      isStalled = next
      if (isStalled) hold()
      else carrier.resume()
    },
  }
  return network
}

export interface Pair {
  readonly hub: Hub<UntypedChannels>
  readonly network: HubNetwork
  readonly client: SSEClient<UntypedChannels>
  readonly facts: { type: string; [detail: string]: unknown }[]
  /** Another process in the hub's place: new log, new epoch, and every stream cut. */
  restart(): Hub<UntypedChannels>
}

export interface PairOptions extends SSEClientOptions<UntypedChannels> {
  /** Makes a hub, at the start and at each restart. Default: the channels a, b, c, news, and volatile `quiet`. */
  makeHub?: () => Hub<UntypedChannels>
}

/** Public channels `a`, `b`, `c`, `news`, `rooms/:id`, and the volatile `quiet`. */
export function plainHub(options: Parameters<typeof createHub>[0] = {}): Hub<UntypedChannels> {
  const hub = createHub<UntypedChannels>(options as object)
  for (const name of ['a', 'b', 'c', 'news', 'rooms/:id']) hub.channel(name)
  hub.channel('quiet', { replay: false })
  return hub
}

/** Both are closed when the test ends. */
export function pair({ makeHub = plainHub, ...options }: PairOptions = {}): Pair {
  let hub = makeHub()
  const network = createHubNetwork(hub)
  const facts: Pair['facts'] = []
  const client = new SSEClient<UntypedChannels>({
    fetch: network.fetch,
    onDiagnostic: (fact) => facts.push(fact),
    ...options,
  })
  onTestFinished(async () => {
    client.close()
    await hub.close()
  })
  return {
    get hub() {
      return hub
    },
    network,
    client,
    facts,
    restart() {
      const old = hub
      hub = makeHub()
      network.hub = hub
      network.cut()
      void old.close()
      return hub
    },
  }
}

/** Sends numbers `first` to `last` and lets them arrive. */
export async function sendNumbers(
  hub: Hub<UntypedChannels>,
  name: string,
  first: number,
  last: number,
): Promise<void> {
  for (let number = first; number <= last; number++) void hub.to(name).send('n', number)
  await settle()
}

/** The data of every message of a channel, from now on. */
export function hear(of: {
  on(type: '*', listener: (data: unknown) => void): () => void
}): unknown[] {
  const heard: unknown[] = []
  of.on('*', (data) => heard.push(data))
  return heard
}

/** A client with an open stream. */
export async function opened(options: PairOptions = {}): Promise<Pair> {
  const it = pair(options)
  it.client.connect()
  await settle()
  return it
}

/** Names of each control request. */
export const asked = ({ network }: Pair) =>
  network.controls.map(({ channels }) => channels.map(({ name }) => name))

/** Answers that the test gives by hand. */
export function byHand(it: Pair) {
  const answers: ((response: Response) => void)[] = []
  it.network.onControl = () => new Promise((resolve) => answers.push(resolve))
  return answers
}

/** What the client says of itself. */
export function eventsOf({ client }: Pair) {
  const events: string[] = []
  client.on('connected', (data) => events.push(`connected${data ?? ''}`))
  client.on('disconnected', (error) => events.push(`disconnected ${error?.code ?? ''}`.trim()))
  client.on('reconnecting', ({ attempt, delay }) =>
    events.push(`reconnecting ${attempt} ${delay > 0 && delay <= 30_000}`),
  )
  client.on('error', ({ code }) => events.push(`error ${code}`))
  return events
}
