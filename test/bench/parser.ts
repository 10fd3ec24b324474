/** The parser beside the one that most clients use, and beside the cost of decoding the same bytes alone. */
import { createParser as createPeer } from 'eventsource-parser'
import { createParser } from '../../src/event-stream/parser.js'
import type { Stream } from '../support/chunks.js'
import { prose, ticks, tokens } from '../support/workloads.js'
import type { Bench } from './support/bench.js'
import { type Contestant, compare, times } from './support/compare.js'

const EVENTS = 50_000

const WORKLOADS: readonly { name: string; stream: Stream; chunk: number; atLeast: number }[] = [
  { name: 'LLM tokens in 16 KiB chunks', stream: tokens(EVENTS), chunk: 16 * 1024, atLeast: 2.8 },
  { name: 'ticks in 64 KiB chunks', stream: ticks(EVENTS), chunk: 64 * 1024, atLeast: 1.9 },
  {
    name: 'ticks with CRLF in 64 KiB chunks',
    stream: ticks(EVENTS, '\r\n'),
    chunk: 64 * 1024,
    atLeast: 2.5,
  },
  { name: 'CJK prose in 16 KiB chunks', stream: prose(EVENTS), chunk: 16 * 1024, atLeast: 1 },
]

/** The stream's bytes in pieces of one size. */
function cut(stream: Stream, size: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  stream((bytes) => parts.push(bytes))
  const whole = Buffer.concat(parts)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size))
  return chunks
}

type Take = (type: string, data: string, id: string) => void

function parseOwn(chunks: readonly Uint8Array[], take: Take) {
  const parser = createParser({
    onEvent: ({ type, data, lastEventId }) => take(type, data, lastEventId),
  })
  for (const chunk of chunks) parser.feed(chunk)
}

function parsePeer(chunks: readonly Uint8Array[], take: Take) {
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

function decode(chunks: readonly Uint8Array[]) {
  const decoder = new TextDecoder()
  for (const chunk of chunks) decoder.decode(chunk, { stream: true })
}

function contestant(
  name: string,
  role: NonNullable<Contestant['role']>,
  chunks: readonly Uint8Array[],
  parse: (chunks: readonly Uint8Array[], take: Take) => void,
): Contestant {
  return {
    name,
    role,
    output() {
      const events: string[] = []
      parse(chunks, (type, data, id) => events.push(`${type} ${id} ${data}`))
      return events
    },
    cost() {
      let events = 0
      const began = performance.now()
      parse(chunks, () => {
        events++
      })
      const took = performance.now() - began
      if (role !== 'limit' && events !== EVENTS)
        throw new Error(`${name}: ${events} of ${EVENTS} events.`)
      return (took * 1e6) / EVENTS
    },
  }
}

const PEER = 'eventsource-parser'
const OWN = 'tidewire'

const bench: Bench = async ({ log }) => {
  const comparisons = []
  const targets = []
  for (const { name, stream, chunk, atLeast } of WORKLOADS) {
    log(name)
    const chunks = cut(stream, chunk)
    const comparison = await compare(
      name,
      [
        contestant(PEER, 'peer', chunks, parsePeer),
        contestant(OWN, 'own', chunks, parseOwn),
        contestant('TextDecoder alone', 'limit', chunks, decode),
      ],
      { unit: 'ns an event' },
    )
    comparisons.push(comparison)
    targets.push({
      what: `${name}, against ${PEER}`,
      atLeast,
      measured: times(comparison, OWN, PEER),
    })
  }
  return {
    title: 'Parser',
    method: [
      `${EVENTS.toLocaleString('en')} events a workload, from bytes to a callback for each; types, data and ids of all of them are compared first.`,
    ],
    comparisons,
    targets,
  }
}
export default bench
