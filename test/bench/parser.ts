/** The parser against the limit: what decoding the same bytes costs alone. Interleaved rounds, medians with their spread. */
import { createParser } from '../../src/event-stream/parser.js'
import type { Stream } from '../support/chunks.js'
import { prose, ticks, tokens } from '../support/workloads.js'

const EVENTS = 50_000
const ROUNDS = 15

const workloads: Record<string, { stream: Stream; chunk: number }> = {
  'LLM tokens, 16 KiB chunks': { stream: tokens(EVENTS), chunk: 16 * 1024 },
  'ticks, 64 KiB chunks': { stream: ticks(EVENTS), chunk: 64 * 1024 },
  'ticks with CRLF, 64 KiB chunks': { stream: ticks(EVENTS, '\r\n'), chunk: 64 * 1024 },
  'CJK prose, 16 KiB chunks': { stream: prose(EVENTS), chunk: 16 * 1024 },
}

/** The stream's bytes in pieces of one size. */
function cut(stream: Stream, size: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  stream((bytes) => parts.push(bytes))
  const whole = Buffer.concat(parts)
  const chunks: Uint8Array[] = []
  for (let at = 0; at < whole.length; at += size) chunks.push(whole.subarray(at, at + size))
  return chunks
}

function parse(chunks: readonly Uint8Array[]): number {
  let events = 0
  const parser = createParser({
    onEvent: () => {
      events++
    },
  })
  for (const chunk of chunks) parser.feed(chunk)
  return events
}

function decode(chunks: readonly Uint8Array[]): number {
  const decoder = new TextDecoder()
  let characters = 0
  for (const chunk of chunks) characters += decoder.decode(chunk, { stream: true }).length
  return characters
}

function timed(run: () => void): number {
  const began = performance.now()
  run()
  return performance.now() - began
}

const sorted = (values: readonly number[]) => [...values].sort((a, b) => a - b)
const at = (values: readonly number[], part: number) =>
  sorted(values)[Math.floor((values.length - 1) * part)] ?? Number.NaN

const rows: Record<string, Record<string, string>> = {}
for (const [name, { stream, chunk }] of Object.entries(workloads)) {
  const chunks = cut(stream, chunk)
  const events = parse(chunks)
  if (events !== EVENTS) throw new Error(`${name}: ${events} of ${EVENTS} events were parsed.`)
  decode(chunks)
  const parsed: number[] = []
  const ratios: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const bound = timed(() => decode(chunks))
    const mine = timed(() => parse(chunks))
    parsed.push(mine)
    ratios.push(mine / bound)
  }
  rows[name] = {
    'ns an event': ((at(parsed, 0.5) * 1e6) / EVENTS).toFixed(0),
    'times TextDecoder alone': at(ratios, 0.5).toFixed(2),
    'p25 – p75': `${at(ratios, 0.25).toFixed(2)} – ${at(ratios, 0.75).toFixed(2)}`,
  }
}
console.info(`Node ${process.version}, ${EVENTS} events, ${ROUNDS} rounds`)
console.table(rows)
