/** What stays in memory where 2,000 of 200,000 blocks are kept: one contestant a page, since memory is measured by page. */
import { createSource } from '../../../src/index.js'
import {
  type Client,
  fetchEvents,
  native,
  parserLoop,
  TEXT,
  type Texts,
  tidewire,
} from './clients.js'
import { hashOf, nextURL } from './listener.js'
import { EVENTS, KEPT_OF, LAST } from './stream.js'

export interface Held {
  readonly bytes: number
  readonly kept: { readonly count: number; readonly hash: number }
}

/** Keeps for ever what it gives back. */
type Keep = () => Promise<readonly unknown[]>

const KEPT = EVENTS / KEPT_OF

/** A listener that keeps one event in a hundred. */
const listening =
  <T>(client: Client<T>): Keep =>
  () =>
    new Promise((resolve) => {
      const kept: T[] = []
      let count = 0
      const close = client.receive(nextURL('small'), (data) => {
        if (++count % KEPT_OF === 0) kept.push(data)
        if (count < EVENTS) return
        close()
        resolve(kept)
      })
    })

/** All that a stream has, which is one event among a hundred blocks. */
const listeningToFew =
  (client: Client): Keep =>
  () =>
    new Promise((resolve) => {
      const kept: string[] = []
      const close = client.receive(nextURL('few'), (data) => {
        // One of them delivers a block of comments as an event without data.
        if (!data) return
        kept.push(data)
        if (data !== LAST) return
        close()
        resolve(kept)
      })
    })

const messages: Keep = () =>
  new Promise((resolve) => {
    const source = createSource<Texts>(nextURL('few'), { ...TEXT, history: KEPT })
    const stop = source.messages.subscribe((messages) => {
      if (messages.at(-1)?.data !== LAST) return
      queueMicrotask(() => {
        stop()
        source.close()
        resolve(messages.map(({ data }) => data))
      })
    })
  })

export const keepers: Readonly<Record<string, Keep>> = {
  'native EventSource': listeningToFew(native),
  'createSource, messages': messages,
  'fetch-event-source': listeningToFew(fetchEvents),
  'fetch + eventsource-parser': listeningToFew(parserLoop),
  'native EventSource, listener': listening(native),
  'createSource, listener, text': listening(tidewire),
  'fetch-event-source, listener': listening(fetchEvents),
  'fetch + eventsource-parser, listener': listening(parserLoop),
}

declare global {
  interface Performance {
    measureUserAgentSpecificMemory(): Promise<{ bytes: number }>
  }
}

const held: (readonly unknown[])[] = []

export async function measureHeld(keep: Keep): Promise<Held> {
  // The first time brings code and the engine's own tables, which are not what is kept.
  await keep()
  const before = await settledMemory()
  const kept = await keep()
  const after = await settledMemory()
  // Alive until now.
  held.push(kept)
  const hash = hashOf(kept.map((data) => JSON.stringify(data)).join())
  return { bytes: after - before, kept: { count: kept.length, hash } }
}

/** Twice, with collections in between: what dies late is not held. */
async function settledMemory(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.()
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  const { bytes } = await performance.measureUserAgentSpecificMemory()
  return bytes
}
