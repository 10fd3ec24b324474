/** The live events: one every second, each with an id, and the last hour of them kept for those who come back. */
import { formatSSE } from '../../src/server/index.js'
import type { LiveEvents } from '../contract.js'
import { level } from './tide.js'

export interface LiveLog {
  /** What a stream has to send first: everything after the cursor, or the latest events where it has none. */
  since(lastEventId: string | undefined): readonly string[]
  /** Calls back with every new event, ready to be written. Returns what ends that. */
  follow(listener: (block: string) => void): () => void
}

export interface LiveLogOptions {
  /** Milliseconds between two events. */
  every: number
  /** Events kept. */
  size: number
}

/** Events that a stream without a cursor gets at once, so that the page has something to draw. */
const WELCOME = 70
/** A note comes with every so many ticks. */
const NOTE_EVERY = 7

const NOTES = [
  'Ship 24 has left the harbour',
  'High water at the north gauge',
  'Wind turns to the south-west',
  'The lock is open',
  'Low water at the north gauge',
  'Fog over the estuary, visibility 400 m',
  'Two swimmers at the pier',
  'The ferry is on time',
]

export function createLiveLog({ every, size }: LiveLogOptions): LiveLog {
  // An id is `<run>.<position>`: positions grow by one, and a restarted server cannot be mistaken for the old one.
  const run = Date.now().toString(36).slice(-5)
  const listeners = new Set<(block: string) => void>()
  const blocks: string[] = []
  let position = 0
  let timer: NodeJS.Timeout | undefined
  let unheard = 0

  const append = <T extends keyof LiveEvents>(type: T, data: LiveEvents[T]) => {
    position += 1
    const block = formatSSE({ type, id: `${run}.${position}`, data })
    blocks.push(block)
    if (blocks.length > size) blocks.shift()
    for (const listener of listeners) listener(block)
  }

  const next = () => {
    const note = position % NOTE_EVERY === NOTE_EVERY - 1
    if (note)
      append('note', { text: NOTES[Math.floor(position / NOTE_EVERY) % NOTES.length] ?? '' })
    append('tick', { value: Math.round(level(position) * 100) / 100 })
  }

  // Nobody can miss an event that nobody could ever ask for: an hour after the last listener the log stops.
  const tock = () => {
    unheard = listeners.size ? 0 : unheard + 1
    if (unheard < size) return next()
    clearInterval(timer)
    timer = undefined
  }

  const start = () => {
    while (position < WELCOME) next()
    unheard = 0
    timer = setInterval(tock, every)
    timer.unref()
  }

  return {
    since(lastEventId) {
      if (!timer) start()
      return blocks.slice(firstAfter(lastEventId, { run, position, kept: blocks.length }))
    },
    follow(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Index of the first block to send. A cursor of another run, or none, gets the welcome. */
function firstAfter(
  lastEventId: string | undefined,
  log: { run: string; position: number; kept: number },
): number {
  const [run, text = ''] = lastEventId?.split('.') ?? []
  const oldest = log.position - log.kept
  const seen = run === log.run && /^\d+$/.test(text) ? Number(text) : log.position - WELCOME
  return Math.min(log.kept, Math.max(0, seen - oldest))
}
