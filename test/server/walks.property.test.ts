import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHub } from '../../src/server/index.js'
import { createMemoryLog, type Log } from '../../src/server/log.js'
import { ProtocolClient } from '../support/protocol-client.js'

/** Long enough for the larger steps of each kind, small enough that a hundred runs are quick. */
const RUNS = Number(process.env.WALKS ?? 150)

const channel = fc.constantFrom('a', 'b', 'c')
const client = fc.constantFrom(0, 1, 2)
const since = fc.constantFrom({ last: 0 }, { last: 2 }, 'earliest', 'old')

const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('publish'), channel, except: fc.option(client) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('burst'), channel, count: fc.nat(12) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('join'), client, channel, since }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave'), client, channel }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('read'), client, most: fc.nat(8) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop'), client }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('return'), client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart'), kept: fc.boolean() }) },
)
type Step = {
  do: string
  channel: string
  client: number
  except: number | null
  count: number
  most: number
  since: unknown
  kept: boolean
}

interface Published {
  readonly number: number
  readonly channel: string
  readonly except: number | null
  id: string
}

/** Answers later, and not always equally late. */
function slowly(log: Log): Log {
  let calls = 0
  const later = async <T>(value: T) => {
    for (let turn = calls++ % 7; turn > 0; turn--) await Promise.resolve()
    return value
  }
  return {
    append: async (entry) => later(await log.append(entry)),
    read: async (after, limit) => later(await log.read(after, limit)),
  }
}

async function walk(steps: readonly Step[], setting: Setting) {
  const { keeps, rules, backlog } = setting
  const createLog = () => {
    const log = createMemoryLog({ maxEvents: keeps })
    return setting.slow ? slowly(log) : log
  }
  const start = () => {
    const hub = createHub({ log, limits: { backlog } })
    for (const name of ['a', 'b', 'c'])
      hub.channel(name, rules ? async () => Promise.resolve(true) : () => true)
    return hub
  }
  let log = createLog()
  let hub = start()
  let forgot = false
  const server = { fetch: (request: Request) => hub.fetch(request) }
  const cids = [0, 1, 2].map((number) => `c~client-${number}-of-the-walk`)
  const clients = cids.map((cid) => new ProtocolClient(server, cid))
  const published: Published[] = []
  /** Number of the first message that a client must get, once it is known. */
  const begins = new Map<object, number>()

  const publish = async (name: string, except: number | null) => {
    const one: Published = { number: published.length, channel: name, except, id: '' }
    published.push(one)
    const target = hub.to(name)
    const cid = except === null ? undefined : cids[except]
    one.id = (await (cid ? target.except(cid) : target).send('n', one.number)).id
  }
  /** Where "from now" is: unconfirmed, it is wherever it was asked for last. */
  const mark = (of: ProtocolClient) => {
    for (const joined of of.channels.values())
      if (typeof joined.since === 'object') begins.set(joined, published.length)
  }
  const connect = async (of: ProtocolClient) => {
    mark(of)
    await of.connect()
    await of.stream?.settled()
  }
  const change = async (of: ProtocolClient) => {
    if (!of.stream) return
    expect(await of.change()).toBe(202)
    await of.stream.settled()
  }

  for (const at of steps) {
    const of = clients[at.client] as ProtocolClient
    if (at.do === 'publish') await publish(at.channel, at.except)
    if (at.do === 'burst')
      for (let count = 0; count < at.count; count++) void publish(at.channel, null)
    if (at.do === 'join' && !of.channels.has(at.channel)) {
      const old = published.at(-4)?.id || 'earliest'
      of.want(at.channel, at.since === 'old' ? old : at.since)
      mark(of)
      await change(of)
    }
    if (at.do === 'leave' && of.channels.has(at.channel)) {
      of.unwant(at.channel)
      await change(of)
    }
    if (at.do === 'read') await of.read(at.most)
    if (at.do === 'drop') await of.drop()
    if (at.do === 'return' && !of.stream) await connect(of)
    if (at.do === 'restart') {
      await hub.close()
      for (const each of clients) {
        await each.read()
        await each.drop()
      }
      if (!at.kept) {
        log = createLog()
        forgot = true
      }
      hub = start()
    }
  }

  for (const of of clients) if (!of.stream) await connect(of)
  for (const name of ['a', 'b', 'c']) await publish(name, null)
  for (const of of clients) await of.read()

  for (const [at, of] of clients.entries()) {
    expect(of.repeated).toBe(0)
    for (const [name, joined] of of.channels) {
      const { log } = joined
      expect(joined.confirmed).toBe(true)
      const due = published.filter((one) => one.channel === name && one.except !== at)
      const numbers = log.filter((entry) => entry !== 'gap') as number[]
      // In order, once.
      expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(numbers)
      expect(numbers.at(-1)).toBe(due.at(-1)?.number)
      // Without holes, except where a gap says so.
      const sections = log
        .join(' ')
        .split('gap')
        .map((text) => text.split(' ').filter(Boolean).map(Number))
      for (const section of sections) {
        const from = due.findIndex(({ number }) => number === section[0])
        if (section.length > 0)
          expect(due.slice(from, from + section.length).map(({ number }) => number)).toEqual(
            section,
          )
      }
      const begin = begins.get(joined)
      if (begin !== undefined && !log.includes('gap') && typeof joined.since !== 'object')
        expect(numbers.filter((number) => number >= begin)).toEqual(
          due.map(({ number }) => number).filter((number) => number >= begin),
        )
      // A gap is told only where the log has forgotten something.
      if (published.length <= keeps && !forgot) expect(log).not.toContain('gap')
    }
  }
  for (const of of clients) await of.drop()
  expect(hub.connectionCount).toBe(0)
  expect(hub.activeChannels).toEqual([])
  await hub.close()
}

interface Setting {
  readonly title: string
  /** Events. */
  readonly keeps: number
  /** The log answers later. */
  readonly slow: boolean
  /** The rules answer later. */
  readonly rules: boolean
  /** Bytes; few make a stream go back to the log all the time. */
  readonly backlog: number
}

const all = { keeps: 10_000, slow: false, rules: false, backlog: 1_000_000 }

test.each<Setting>([
  { ...all, title: 'a log that keeps all' },
  { ...all, title: 'a log that keeps six events', keeps: 6 },
  { ...all, title: 'rules that answer later', keeps: 6, rules: true },
  { ...all, title: 'a log that answers later', slow: true },
  { ...all, title: 'a log that answers later and keeps six', slow: true, rules: true, keeps: 6 },
  { ...all, title: 'streams that fall behind', backlog: 100 },
  { ...all, title: 'streams that fall behind a slow log', backlog: 100, slow: true, rules: true },
  { ...all, title: 'streams that fall behind six events', backlog: 100, keeps: 6 },
])(
  'random walks over $title deliver each message once, in order, or tell of a gap',
  async (setting) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), (steps) =>
        walk(steps as Step[], setting),
      ),
      { numRuns: RUNS },
    )
  },
  120_000,
)
