/**
 * A recorded stream of 500 events over 5 channels, cut at every byte: after each cut the client comes back to the hub, and what is
 * delivered is what was sent, once and in order.
 *
 * A life is cut several times, at offsets far from each other; all lives together are cut at every offset. `CUTS=1` gives each
 * offset a life of its own, which takes several times as long.
 */
import { SSEClient, type UntypedChannels } from 'tidewire'
import { createHub, type Hub } from 'tidewire/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OpenRequest } from '../../src/hub-protocol.js'
import { join } from '../support/chunks.js'
import {
  cutAfter,
  type Life,
  livesOf,
  type Recording,
  recordingOf,
  startOf,
  wholeIn,
} from '../support/cuts.js'
import { type Clock, createNetwork, installClock, settle } from '../support/faults/index.js'

const CUTS = Number(process.env.CUTS ?? 20)
const EVENTS = 500
const NAMES = ['a', 'b', 'c', 'd', 'e']
/** Lives at once. */
const TOGETHER = 50

let clock: Clock
beforeEach(() => {
  clock = installClock()
  // Of errors that come by the ten thousand nobody reads where they were made.
  Error.stackTraceLimit = 0
})
afterEach(() => {
  clock.restore()
  Error.stackTraceLimit = 10
})

/** The channel and the payload of each event; some with characters of up to four bytes. */
const sent = Array.from({ length: EVENTS }, (_, index) => ({
  name: NAMES[(index * 7 + (index >> 3)) % NAMES.length] as string,
  data: index % 10 === 0 ? `${index} é漢😀` : index,
}))
const sentOn = (channel: string) =>
  sent.filter(({ name }) => name === channel).map(({ data }) => data)
const expected = new Map(NAMES.map((name) => [name, sentOn(name)]))

/** Whatever the hub has to say at once. */
async function readAll(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      chunks.push(value)
    }
  }
  const reading = read()
  await settle()
  await reader.cancel()
  await reading
  return join(chunks)
}

/** A client's first stream, from its first byte to the last event; and the hub that sent it. */
async function record(): Promise<{ recording: Recording; hub: Hub<UntypedChannels> }> {
  // A short epoch, since each byte of an id is five hundred bytes of the stream.
  vi.spyOn(crypto, 'randomUUID').mockReturnValueOnce('e' as never)
  const hub = createHub<UntypedChannels>({ heartbeat: 1e9, limits: { connections: 1e6 } })
  for (const name of NAMES) hub.channel(name)
  const channels = NAMES.map((name) => ({ name, since: 'earliest' as const }))
  const response = await hub.fetch(opening({ v: 1, rev: NAMES.length, channels }))
  const whole = readAll(response)
  for (const { name, data } of sent) void hub.to(name).send('n', data)
  const bytes = await whole
  return { recording: recordingOf(bytes, (block) => block.startsWith('id: ')), hub }
}

const opening = (body: Omit<OpenRequest, 'cid'>) =>
  new Request('https://hub.example/sse', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

interface Replay {
  readonly bytes: Uint8Array
  /** Where the first event begins that follows the request's cursor. */
  readonly begin: number
}

/** The hub's answer to each request, which is the same for the same request: made once by the hub, then remembered. */
function remembering({ recording, hub }: Awaited<ReturnType<typeof record>>) {
  const known = new Map<string, Replay>()
  return async (request: OpenRequest): Promise<Replay> => {
    const { cid: _, replaces: __, ...body } = request
    const key = JSON.stringify(body)
    const found = known.get(key)
    if (found) return found
    const bytes = await readAll(await hub.fetch(opening(body)))
    // It follows the hello.
    const begin = bytes.indexOf(0x0a, 'event: hub\n'.length) + 2
    if (body.last !== undefined) {
      // What is cut is the recording itself: the rest of it, byte for byte.
      const rest = recording.bytes.subarray(startOf(recording, positionOf(body.last)))
      expect(Buffer.compare(bytes.subarray(begin, begin + rest.length), rest)).toBe(0)
    }
    const replay = { bytes, begin }
    known.set(key, replay)
    return replay
  }
}

const positionOf = (id = '.0') => Number(id.split('.')[1])

const answer = (bytes: Uint8Array) =>
  new Response(
    new ReadableStream({
      start: (controller) => controller.enqueue(bytes),
    }),
    { headers: { 'content-type': 'text/event-stream' } },
  )

/** A client from its first request to the last event. */
function live(
  life: Life,
  recording: Recording,
  replayOf: (request: OpenRequest) => Promise<Replay>,
) {
  const { offsets } = life
  let streams = 0
  let heard = 0
  const wrong: unknown[] = []

  const network = createNetwork(() => Promise.reject())
  /** What the next stream has to say, and where it breaks. */
  async function prepare(request: OpenRequest) {
    const cut = streams++
    const position = positionOf(request.last)
    // Each event that had come whole counts, and nothing else.
    const before = offsets[cut - 1]
    if (before !== undefined && position !== wholeIn(recording, before))
      wrong.push(`cut at ${before}, came back with ${JSON.stringify(request)}`)
    const { bytes, begin } = cut === 0 ? recording : await replayOf(request)
    network.server = async () => answer(bytes)
    const offset = offsets[cut]
    if (offset === undefined) return
    const at = cut === 0 ? offset : begin + offset - startOf(recording, position)
    network.next(cutAfter(at, life, cut))
  }
  const client = new SSEClient<UntypedChannels>({
    reconnectDelay: 10,
    async fetch(request) {
      await prepare(await request.clone().json())
      return network.fetch(request)
    },
  })
  for (const name of NAMES) {
    const due = expected.get(name) as unknown[]
    let next = 0
    const channel = client.channel(name, { replay: 'earliest', history: 1 })
    channel.on('n', (data) => {
      if (data !== due[next++]) wrong.push([name, next - 1, data])
      if (channel.gap.peek()) wrong.push(`a gap on ${name}`)
      heard++
    })
  }
  return {
    get isOver() {
      return streams > offsets.length && heard >= EVENTS
    },
    check() {
      const where = `cut at ${offsets.join(', ')}`
      expect(wrong, where).toEqual([])
      expect([heard, streams], where).toEqual([EVENTS, offsets.length + 1])
      expect(client.error.peek(), where).toBeUndefined()
      client.close()
    },
  }
}

test(`500 events over 5 channels, cut at every byte, ${CUTS} times a life`, async () => {
  const recorded = await record()
  const { recording } = recorded
  expect(recording.ends).toHaveLength(EVENTS)
  const replayOf = remembering(recorded)
  const lives = livesOf(recording, CUTS)
  const offsets = lives.flatMap(({ offsets }) => offsets)
  expect(offsets).toHaveLength(recording.bytes.length + 1)
  expect(new Set(offsets).size).toBe(offsets.length)

  for (let at = 0; at < lives.length; at += TOGETHER) {
    const running = lives.slice(at, at + TOGETHER).map((life) => live(life, recording, replayOf))
    for (let round = 0; round < 100 * CUTS && running.some(({ isOver }) => !isOver); round++)
      await clock.advance(10)
    for (const { check } of running) check()
  }
  await recorded.hub.close()
  await settle()
  expect(clock.pending).toBe(0)
}, 600_000)
