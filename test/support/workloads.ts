/**
 * Event streams to be measured: the kinds that servers send, from a seeded generator, so that every run and every machine reads the same
 * bytes. Each comes with the events that are in it.
 */
import type { StreamEvent } from '../../src/event-stream/event.js'
import { bytesOf, join, type Stream } from './chunks.js'
import { seeded } from './seeded.js'

export interface Workload {
  readonly name: string
  readonly chunks: readonly Uint8Array[]
  /** What a parser has to say to the chunks. */
  readonly events: readonly StreamEvent[]
}

/** What a server sends at once, and the event that it is, if it is one. */
interface Block {
  readonly text: string
  readonly event?: StreamEvent
}

type Random = (below: number) => number

/** Whole numbers from 0, the same for every call of this function. */
function createRandom(): Random {
  const chance = seeded(1)
  return (below) => Math.floor(chance() * below)
}

const WORDS =
  'the answer of a model comes word by word and most of them are short but some are considerably longer'.split(
    ' ',
  )
const CJK = [
  '漢字',
  'かな',
  '交じり',
  'の',
  '文',
  '答え',
  '是',
  '流',
  '，',
  '한국어',
  '😀',
  'Straße',
]
const TYPES = ['order', 'order.updated', 'user-joined', 'ping', 'price', 'notification', 'progress']

const pick = <T>(random: Random, from: readonly T[]): T => from[random(from.length)]!
const hex = (random: Random, length: number) =>
  Array.from({ length }, () => random(16).toString(16)).join('')

/** A model's answer as the common API streams it: one word an event, in JSON of about 240 characters. */
function token(random: Random, word = ` ${pick(random, WORDS)}`): Block {
  const data = `{"id":"chatcmpl-9xKq2TzM4vB7","object":"chat.completion.chunk","created":1735689600,"model":"large-2025-01","system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":"${word}"},"logprobs":null,"finish_reason":null}]}`
  return block({ data })
}

/** A price. */
function tick(random: Random, index: number): Block {
  return block({ type: 'tick', lastEventId: `${index}`, data: `${random(100_000) / 100}` })
}

function mixed(random: Random, index: number): Block {
  const lastEventId = `${hex(random, 8)}-${hex(random, 4)}-${hex(random, 12)}:${index}`
  const data = `{"user":"u${random(1000)}","text":"${words(random, 8)}"}`
  return block({ type: pick(random, TYPES), lastEventId, data })
}

function unknown(random: Random): Block {
  const data = `{"value":${random(1000)}}`
  const text = `trace: ${hex(random, 16)}\nsource: eu-west-1\nx-time: 1735689600${random(1000)}\ndata: ${data}\n\n`
  return { text, event: { type: 'message', data, lastEventId: '' } }
}

function words(random: Random, count: number, from = WORDS): string {
  return Array.from({ length: count }, () => pick(random, from)).join(' ')
}

function block({ type, data, lastEventId }: Partial<StreamEvent>): Block {
  const lines = (data ?? '').split('\n').map((line) => `data: ${line}\n`)
  return {
    text: `${lastEventId ? `id: ${lastEventId}\n` : ''}${type ? `event: ${type}\n` : ''}${lines.join('')}\n`,
    event: { type: type ?? 'message', data: data ?? '', lastEventId: lastEventId ?? '' },
  }
}

interface Plan {
  /** How many blocks. */
  count: number
  block(random: Random, index: number): Block
  /** Bytes of the next chunk; without it every block is one. */
  chunk?(random: Random): number
  lineEnd?: string
}

const KiB = 1024

const plans: Record<string, Plan> = {
  'LLM tokens, an event a chunk': { count: 20_000, block: (random) => token(random) },
  'LLM tokens, 16 KiB chunks': {
    count: 40_000,
    block: (random) => token(random),
    chunk: () => 16 * KiB,
  },
  'LLM tokens with CRLF, 16 KiB chunks': {
    count: 40_000,
    block: (random) => token(random),
    chunk: () => 16 * KiB,
    lineEnd: '\r\n',
  },
  'LLM tokens, one in 20 not ASCII, 16 KiB chunks': {
    count: 20_000,
    block: (random) => token(random, random(20) ? undefined : ` ${pick(random, CJK)}`),
    chunk: () => 16 * KiB,
  },
  'ticks, 64 KiB chunks': { count: 80_000, block: tick, chunk: () => 64 * KiB },
  'ticks with CRLF, 64 KiB chunks': {
    count: 80_000,
    block: tick,
    chunk: () => 64 * KiB,
    lineEnd: '\r\n',
  },
  'ticks with CR, 64 KiB chunks': {
    count: 80_000,
    block: tick,
    chunk: () => 64 * KiB,
    lineEnd: '\r',
  },
  'mixed types and long ids, 16 KiB chunks': {
    count: 40_000,
    block: mixed,
    chunk: () => 16 * KiB,
  },
  'JSON of 100 KB, 16 KiB chunks': { count: 100, block: document, chunk: () => 16 * KiB },
  'JSON of 100 KB, 64 KiB chunks': { count: 100, block: document, chunk: () => 64 * KiB },
  'data of 50 lines, 16 KiB chunks': {
    count: 1500,
    block: (random) =>
      block({ data: Array.from({ length: 50 }, () => words(random, 6)).join('\n') }),
    chunk: () => 16 * KiB,
  },
  'CJK, cut at random': {
    count: 10_000,
    block: (random) => block({ data: `{"text":"${words(random, 40, CJK)}"}` }),
    chunk: (random) => 1 + random(4 * KiB),
  },
  'LLM tokens, 1-byte chunks': { count: 500, block: (random) => token(random), chunk: () => 1 },
  'heartbeats, a comment a chunk': {
    count: 20_000,
    block: (random, index) => (index % 50 ? { text: ': ping\n\n' } : token(random)),
  },
  'unknown fields, 16 KiB chunks': { count: 20_000, block: unknown, chunk: () => 16 * KiB },
}

function document(random: Random): Block {
  let items = ''
  for (let id = 0; items.length < 100_000; id++)
    items += `${items && ','}{"id":${id},"name":"${words(random, 5)}","price":${random(10_000)}}`
  return block({ data: `{"items":[${items}]}` })
}

export const workloads = Object.keys(plans)

/** The workload of that name. */
export function workload(name: string): Workload {
  const plan = plans[name]
  if (!plan) throw new Error(`There is no workload "${name}".`)
  const random = createRandom()
  const sent = Array.from({ length: plan.count }, (_, index) => plan.block(random, index))
  const blocks = sent.map(({ text }) => bytesOf(text.replaceAll('\n', plan.lineEnd ?? '\n')))
  return {
    name,
    chunks: plan.chunk ? cutInto(join(blocks), () => plan.chunk!(random)) : blocks,
    events: sent.flatMap(({ event }) => event ?? []),
  }
}

function cutInto(bytes: Uint8Array, next: () => number): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let start = 0; start < bytes.length; ) {
    const end = start + next()
    chunks.push(bytes.slice(start, end))
    start = end
  }
  return chunks
}

/** A model's answer, an event a chunk. */
export const tokens = (count: number): Stream => {
  return (push) => {
    const random = createRandom()
    for (let index = 0; index < count; index++) push(bytesOf(token(random).text))
  }
}

/** One event of `size` characters in pieces of `piece` bytes. */
export const oneEvent = (size: number, piece: number): Stream => {
  return (push) => {
    const filler = bytesOf('x'.repeat(piece))
    push(bytesOf('data: '))
    for (let left = size; left > 0; left -= piece) push(filler.subarray(0, Math.min(left, piece)))
    push(bytesOf('\n\n'))
  }
}

/** What never ends in a blank line: a comment, a field, whatever begins with `start`. */
export const endless = (start: string, size: number, piece: number): Stream => {
  return (push) => {
    const filler = bytesOf('x'.repeat(piece))
    push(bytesOf(start))
    for (let sent = 0; sent < size; sent += piece) push(filler)
  }
}
