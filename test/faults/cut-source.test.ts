/**
 * A recorded stream of 500 events of five types, cut at every byte: after each cut the source comes back to an endpoint that
 * remembers, and what is delivered is what was sent, once and in order.
 *
 * A life is cut several times, at offsets far from each other; all lives together are cut at every offset. `CUTS=1` gives each
 * offset a life of its own, which takes several times as long.
 */
import { createSource } from 'tidewire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  cutAfter,
  type Life,
  livesOf,
  type Recording,
  recordingOf,
  startOf,
  wholeIn,
} from '../support/cuts.js'
import {
  type Clock,
  createNetwork,
  createReplayingEndpoint,
  installClock,
  type ReplayingEndpoint,
  settle,
} from '../support/faults/index.js'

const CUTS = Number(process.env.CUTS ?? 20)
const EVENTS = 500
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

/** Every grammar that an event may have: another type, several lines, characters of one to four bytes. */
const sent = Array.from({ length: EVENTS }, (_, index) => ({
  type: ['message', 'b', 'c', 'd', 'e'][index % 5] as string,
  data: index % 10 === 0 ? `${index} é漢😀\nand more` : `${index}`,
}))

async function record(): Promise<{ recording: Recording; endpoint: ReplayingEndpoint }> {
  const endpoint = createReplayingEndpoint({ earliest: true })
  for (const event of sent) endpoint.send(event)
  const response = endpoint.fetch(new Request('https://a.example/'))
  endpoint.end()
  const bytes = new Uint8Array(await (await response).arrayBuffer())
  return { recording: recordingOf(bytes, () => true), endpoint }
}

/** A source from its first request to the last event. */
function live(life: Life, recording: Recording, endpoint: ReplayingEndpoint) {
  const { offsets } = life
  let streams = 0
  let heard = 0
  const wrong: unknown[] = []

  const network = createNetwork(endpoint.fetch, ({ headers }) => {
    const cut = streams++
    const position = Number(headers.get('last-event-id') ?? 0)
    // Each event that had come whole counts, and nothing else.
    const before = offsets[cut - 1]
    if (before !== undefined && position !== wholeIn(recording, before))
      wrong.push(`cut at ${before}, came back with ${position}`)
    const offset = offsets[cut]
    return offset === undefined ? {} : cutAfter(offset - startOf(recording, position), life, cut)
  })
  const source = createSource('https://a.example/', {
    fetch: network.fetch,
    reconnectDelay: 10,
    parse: 'text',
    history: 1,
  })
  source.on('*', (data, { type, id }) => {
    const due = sent[heard++]
    if (type !== due?.type || data !== due.data || id !== String(heard))
      wrong.push([heard - 1, type, data, id])
  })
  return {
    get isOver() {
      return streams > offsets.length && heard >= EVENTS
    },
    check() {
      const where = `cut at ${offsets.join(', ')}`
      expect(wrong, where).toEqual([])
      expect([heard, streams, source.lastEventId], where).toEqual([
        EVENTS,
        offsets.length + 1,
        String(EVENTS),
      ])
      source.close()
    },
  }
}

test(`500 events of five types, cut at every byte, ${CUTS} times a life`, async () => {
  const { recording, endpoint } = await record()
  expect(recording.ends).toHaveLength(EVENTS)
  const lives = livesOf(recording, CUTS)
  const offsets = lives.flatMap(({ offsets }) => offsets)
  expect(offsets).toHaveLength(recording.bytes.length + 1)
  expect(new Set(offsets).size).toBe(offsets.length)

  for (let at = 0; at < lives.length; at += TOGETHER) {
    const running = lives.slice(at, at + TOGETHER).map((life) => live(life, recording, endpoint))
    for (let round = 0; round < 100 * CUTS && running.some(({ isOver }) => !isOver); round++)
      await clock.advance(10)
    for (const { check } of running) check()
  }
  await settle()
  expect(clock.pending).toBe(0)
  expect(endpoint.open).toBe(0)
}, 600_000)
