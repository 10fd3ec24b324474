/**
 * The hub on Node beside its peers, and beside the least that any server does: what an event costs for each of its subscribers, and what
 * a connection costs that waits for one. Each server is a process of its own; the subscribers are raw sockets in other processes, which
 * check every event, in every round.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { ServerName } from './hub-servers.js'
import type { Bench, BenchContext, Target } from './support/bench.js'
import { bundle } from './support/bundle.js'
import { type Comparison, type Role, spread } from './support/compare.js'

const SUBSCRIBERS = 5_000
const EVENTS = 10
const ROUNDS = 5
const IDLE = 10_000
const IDLE_ROUNDS = 1
/** Without an answer for so long (ms) a process is taken for dead. */
const PATIENCE = 30_000

const BASE: ServerName = 'bare Node'
const DIRECT: ServerName = 'tidewire, toNodeHandler'
const BRIDGED: readonly ServerName[] = [
  'tidewire, hub.fetch and toNodeHandler',
  'tidewire, hub.fetch and @hono/node-server',
]
const CONTESTANTS: Readonly<Record<ServerName, Role>> = {
  'bare Node': 'limit',
  'bare ReadableStream, @hono/node-server': 'limit',
  'tidewire, toNodeHandler': 'own',
  'tidewire, hub.fetch and toNodeHandler': 'own',
  'tidewire, hub.fetch and @hono/node-server': 'own',
  'better-sse': 'peer',
  '@boringnode/transmit': 'peer',
}
const NAMES = Object.keys(CONTESTANTS) as ServerName[]

interface Process {
  ask<T = unknown>(message: object): Promise<T>
  end(): void
}

interface Memory {
  readonly rss: number
  readonly heap: number
}

const bench: Bench = async (context) => {
  const files = Math.max(...[IDLE + 500, (SUBSCRIBERS / 2) * NAMES.length + 500])
  allowFiles(files)
  for (const name of ['hub-server', 'hub-subscribers'])
    await bundle(join(context.root, `test/bench/${name}.ts`), {
      root: context.root,
      outfile: join(context.scratch, `${name}.mjs`),
    })
  const start = (name: string, ...given: string[]) =>
    startProcess(files, join(context.scratch, `${name}.mjs`), given)
  const subscribers = [start('hub-subscribers'), start('hub-subscribers')]
  try {
    const fanOut = await measureFanOut(context, start, subscribers)
    const idle = await measureIdle(context, start, subscribers)
    return {
      title: 'Hub',
      method: [
        `Each server runs in a Node of its own, on HTTP/1.1 over loopback; the subscribers are raw sockets in two other processes. Every subscriber checks each event's payload and their order, in every round. The next event is sent when the last one has reached everybody, so that nothing is batched. The cost is CPU time of the server's process, all threads and the kernel's share included.`,
        "Memory is what the process has grown by, after garbage collection; the buffers of sockets are the kernel's and not in it. Heap is V8's, with the buffers that it holds elsewhere.",
        'The bare rows do no more than hold the connections and write one shared buffer to each: no channels, no ids, no log, no limits.',
      ],
      comparisons: [fanOut, ...idle],
      targets: [
        ...targetsOf(fanOut, 'CPU a delivery', 1.15, 1.7),
        ...targetsOf(idle[0] as Comparison, 'memory an idle connection', 1.4, 1.8),
      ],
    }
  } finally {
    for (const { end } of subscribers) end()
  }
}
export default bench

type Start = (name: string, ...given: string[]) => Process

async function measureFanOut(
  { log }: BenchContext,
  start: Start,
  subscribers: readonly Process[],
): Promise<Comparison> {
  const running: { server: Process; port: number; costs: number[] }[] = []
  let next = 0
  try {
    for (const name of NAMES) {
      log(`${SUBSCRIBERS} subscribers for ${name}`)
      const server = start('hub-server', name)
      const port = await server.ask<number>({ call: 'listen' })
      await openStreams(subscribers, port, SUBSCRIBERS, next)
      running.push({ server, port, costs: [] })
    }
    log(`${ROUNDS} rounds of ${EVENTS} events`)
    for (let round = -2; round < ROUNDS; round++) {
      for (const { server, port, costs } of running) {
        const before = await server.ask<number>({ call: 'cpu' })
        for (let number = next; number < next + EVENTS; number++) {
          const reached = subscribers.map(({ ask }) => ask({ call: 'awaited', port, next: number }))
          await server.ask({ call: 'publish', given: number })
          await Promise.all(reached)
        }
        const spent = (await server.ask<number>({ call: 'cpu' })) - before
        if (round >= 0) costs.push(spent / (EVENTS * SUBSCRIBERS))
      }
      next += EVENTS
    }
  } finally {
    for (const { server } of running) server.end()
  }
  return {
    workload: `One event of 100 bytes to ${thousands(SUBSCRIBERS)} subscribers`,
    unit: 'µs of CPU a delivery',
    rows: NAMES.map((contestant, index) => ({
      contestant,
      role: CONTESTANTS[contestant],
      costs: running[index]?.costs ?? [],
    })),
  }
}

async function measureIdle(
  { log }: BenchContext,
  start: Start,
  subscribers: readonly Process[],
): Promise<Comparison[]> {
  const costs = NAMES.map((): Memory[] => [])
  log(`${IDLE_ROUNDS} times ${IDLE} idle connections for each`)
  for (let round = 0; round < IDLE_ROUNDS; round++)
    for (const [index, name] of NAMES.entries()) {
      const server = start('hub-server', name)
      try {
        const port = await server.ask<number>({ call: 'listen' })
        // What the first connections load and compile is not theirs.
        await openStreams(subscribers, port, 400, 0)
        await Promise.all(subscribers.map(({ ask }) => ask({ call: 'leave', port })))
        const before = await server.ask<Memory>({ call: 'memory' })
        await openStreams(subscribers, port, IDLE, 0)
        const held = await server.ask<Memory>({ call: 'memory' })
        const share = (what: keyof Memory) => (held[what] - before[what]) / IDLE / 1024
        costs[index]?.push({ rss: share('rss'), heap: share('heap') })
        await Promise.all(subscribers.map(({ ask }) => ask({ call: 'leave', port })))
      } finally {
        server.end()
      }
    }
  const comparison = (what: keyof Memory, name: string): Comparison => ({
    workload: `${name} of an idle connection, of ${thousands(IDLE)}`,
    unit: 'KiB a connection',
    rows: NAMES.map((contestant, index) => ({
      contestant,
      role: CONTESTANTS[contestant],
      costs: costs[index]?.map((memory) => memory[what]) ?? [],
    })),
  })
  return [comparison('rss', 'Memory'), comparison('heap', 'Heap')]
}

/** Half in each process, each to an address of its own: ports are counted by where they lead to. */
async function openStreams(
  subscribers: readonly Process[],
  port: number,
  count: number,
  next: number,
) {
  const share = count / subscribers.length
  await Promise.all(
    subscribers.map(({ ask }, index) =>
      ask({ call: 'open', port, count: share, host: `127.0.0.${index + 2}`, next }),
    ),
  )
}

/** The least costs are the base's: so many times as much, round by round. */
function targetsOf(comparison: Comparison, what: string, direct: number, bridged: number) {
  const costsOf = (name: ServerName) =>
    comparison.rows.find(({ contestant }) => contestant === name)?.costs ?? []
  const base = costsOf(BASE)
  const target = (name: ServerName, atMost: number): Target => ({
    what: `${what}, ${name.replace('tidewire, ', '')}, against bare Node`,
    atMost,
    measured: spread(costsOf(name).map((cost, round) => cost / (base[round] ?? Number.NaN))),
  })
  return [target(DIRECT, direct), ...BRIDGED.map((name) => target(name, bridged))]
}

/** Throws where a process may not open so many. */
function allowFiles(files: number) {
  try {
    execFileSync('sh', ['-c', `ulimit -n ${files}`], { stdio: 'ignore' })
  } catch (cause) {
    const why = `A process may not open ${files} files here: raise the hard limit (ulimit -Hn).`
    throw new Error(why, { cause })
  }
}

/** A program that answers each message with one. */
function startProcess(files: number, file: string, given: readonly string[]): Process {
  const command = `ulimit -n ${files} && exec "$0" "$@"`
  const flags = ['--expose-gc', '--no-flush-bytecode', file, ...given]
  const child: ChildProcess = spawn('sh', ['-c', command, process.execPath, ...flags], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  return {
    ask: <T>(message: object) =>
      new Promise<T>((resolve, reject) => {
        const fail = (why: string) => () => {
          settle()
          reject(new Error(`${[file.split('/').at(-1), ...given].join(' ')}: ${why}.`))
        }
        const died = fail('its process ended')
        const late = setTimeout(fail(`no answer to ${JSON.stringify(message)}`), PATIENCE)
        const answered = (answer: unknown) => {
          settle()
          resolve(answer as T)
        }
        const settle = () => {
          clearTimeout(late)
          child.off('exit', died)
          child.off('message', answered)
        }
        child.once('exit', died)
        child.once('message', answered)
        child.send(message)
      }),
    end: () => void child.kill(),
  }
}

const thousands = (count: number) => count.toLocaleString('en')
