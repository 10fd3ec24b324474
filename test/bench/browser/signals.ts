/** The newest event in a signal that 50 effects watch: until all of them have seen the last one. */
import { createSource, effect, signal } from '../../../src/index.js'
import type { Contestant } from '../support/compare.js'
import { type Client, fetchEvents, native, parserLoop, TEXT, type Texts } from './clients.js'
import { nextURL } from './listener.js'
import { LAST } from './stream.js'

const EFFECTS = 50

/** Something that shows the newest event, and how to end it. */
type Watch = (url: string) => { read(): string; close(): void }

export function signalsContest(): { contestants: Contestant[]; runs: Map<string, number> } {
  const runs = new Map<string, number>()
  const contestants = [
    watching('native EventSource, signal.value =', 'peer', setting(native), runs),
    watching('createSource, latest', 'own', latest, runs),
    watching('fetch + eventsource-parser, signal.value =', 'peer', setting(parserLoop), runs),
    watching('fetch-event-source, signal.value =', 'peer', setting(fetchEvents), runs),
  ]
  return { contestants, runs }
}

const latest: Watch = (url) => {
  const source = createSource<Texts>(url, TEXT)
  return { read: () => source.latest.value?.data ?? '', close: source.close }
}

/** What everybody writes: one assignment an event. */
function setting(client: Client): Watch {
  return (url) => {
    const last = signal('')
    const close = client.receive(url, (data) => {
      last.value = data
    })
    return { read: () => last.value, close }
  }
}

function watching(
  name: string,
  role: 'own' | 'peer',
  watch: Watch,
  runs: Map<string, number>,
): Contestant {
  const run = () =>
    new Promise<{ seen: string[]; ms: number }>((resolve) => {
      const start = performance.now()
      const { read, close } = watch(nextURL())
      const seen: string[] = []
      let count = 0
      let done = 0
      const ends = Array.from({ length: EFFECTS }, (_, index) =>
        effect(() => {
          count++
          const text = read()
          seen[index] = text
          if (text !== LAST || ++done < EFFECTS) return
          const ms = performance.now() - start
          runs.set(name, count)
          queueMicrotask(() => {
            for (const end of ends) end()
            close()
            resolve({ seen, ms })
          })
        }),
      )
    })
  return {
    name,
    role,
    output: async () => (await run()).seen,
    cost: async () => (await run()).ms,
  }
}
