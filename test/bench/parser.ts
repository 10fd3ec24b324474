/** The parser beside the others, on every kind of stream, and beside the cost of decoding the same bytes alone. */
import { createParser as createPeer } from 'eventsource-parser'
import { createParser } from '../../src/event-stream/parser.js'
import { chunksOf } from '../support/chunks.js'
import { oneEvent, type Workload, workload, workloads } from '../support/workloads.js'
import type { Bench, Target } from './support/bench.js'
import { type Comparison, type Contestant, compare, spread, times } from './support/compare.js'

/** What the parser is meant to reach; everything else is never to be slower. */
const AT_LEAST: Readonly<Record<string, number>> = {
  'LLM tokens, 16 KiB chunks': 2.8,
  'ticks, 64 KiB chunks': 1.9,
  'ticks with CRLF, 64 KiB chunks': 2.5,
  'JSON of 100 KB, 64 KiB chunks': 4,
}
const MiB = 1024 * 1024

type Take = (type: string, data: string, id: string) => void
type Chunks = readonly Uint8Array[]

function parseOwn(chunks: Chunks, take: Take) {
  const parser = createParser({
    onEvent: ({ type, data, lastEventId }) => take(type, data, lastEventId),
    maxEventSize: Number.POSITIVE_INFINITY,
  })
  for (const chunk of chunks) parser.feed(chunk)
}

function parsePeer(chunks: Chunks, take: Take) {
  const decoder = new TextDecoder()
  let last = ''
  const parser = createPeer({
    onEvent({ event = 'message', data, id = last }) {
      last = id
      take(event, data, id)
    },
  })
  for (const chunk of chunks) parser.feed(decoder.decode(chunk, { stream: true }))
}

function decode(chunks: Chunks) {
  const decoder = new TextDecoder()
  for (const chunk of chunks) decoder.decode(chunk, { stream: true })
}

function contestant(
  name: string,
  role: NonNullable<Contestant['role']>,
  { chunks, events }: Pick<Workload, 'chunks' | 'events'>,
  parse: (chunks: Chunks, take: Take) => void,
): Contestant {
  return {
    name,
    role,
    output() {
      const seen: string[] = []
      parse(chunks, (type, data, id) => seen.push(`${type} ${id} ${data}`))
      const sent = events.map(({ type, data, lastEventId }) => `${type} ${lastEventId} ${data}`)
      if (seen.join('\n') !== sent.join('\n'))
        throw new Error(`${name} gave other events than were sent.`)
      return seen.length
    },
    cost() {
      let seen = 0
      const began = performance.now()
      parse(chunks, () => {
        seen++
      })
      const took = performance.now() - began
      if (role !== 'limit' && seen !== events.length)
        throw new Error(`${name}: ${seen} of ${events.length} events.`)
      return (took * 1e6) / events.length
    },
  }
}

const PEER = 'eventsource-parser'
const OWN = 'tidewire'

/** One line of so many bytes; its parser is compared with itself. */
function line(size: number): Contestant {
  const chunks = chunksOf(oneEvent(size, 1024))
  const events = [{ type: 'message', data: 'x'.repeat(size), lastEventId: '' }]
  const { cost, output } = contestant(OWN, 'own', { chunks, events }, parseOwn)
  return { name: `${size / MiB} MiB`, role: 'own', output, cost: async () => (await cost()) / 1e6 }
}

const bench: Bench = async ({ log }) => {
  const comparisons: Comparison[] = []
  const targets: Target[] = []
  for (const name of workloads) {
    log(name)
    const work = workload(name)
    const comparison = await compare(
      name,
      [
        contestant(PEER, 'peer', work, parsePeer),
        contestant(OWN, 'own', work, parseOwn),
        contestant('TextDecoder alone', 'limit', work, decode),
      ],
      { unit: 'ns an event' },
    )
    comparisons.push(comparison)
    targets.push({
      what: `${name}, against ${PEER}`,
      atLeast: AT_LEAST[name] ?? 1,
      measured: times(comparison, OWN, PEER),
    })
  }

  log('one long line')
  const lines = {
    ...(await compare('One line in 1 KiB chunks', [line(8 * MiB), line(16 * MiB)])),
    isList: true,
  }
  const [half, whole] = lines.rows
  comparisons.push(lines)
  targets.push({
    what: 'one line of 16 MiB against one of 8 MiB',
    atMost: 2.6,
    measured: spread(
      (whole?.costs ?? []).map((cost, round) => cost / (half?.costs[round] ?? Number.NaN)),
    ),
  })

  return {
    title: 'Parser',
    method: [
      'From bytes to a callback for each event. The streams come from a seeded generator, and the types, data and ids of all events are compared with what it sent before anything is timed. The peer is fed by a `TextDecoder`, as its users do.',
    ],
    comparisons,
    targets,
  }
}
export default bench
