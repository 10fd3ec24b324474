/** In a real Chromium: from the request to the last delivery, renders, and memory, beside native EventSource and the peers. */

import { type Arena, openArena } from './browser/arena.js'
import type { Held } from './browser/memory.js'
import type { Counted } from './browser/page.js'
import type { Bench } from './support/bench.js'
import { findChromium, versionOf } from './support/chromium.js'
import { type Comparison, compare, spread, times } from './support/compare.js'

const MEGABYTE = 1e6

const bench: Bench = async ({ root, scratch, log }) => {
  const chromium = findChromium()
  const version = await versionOf(chromium)
  const arena = await openArena(chromium, { root, scratch })
  try {
    log('text to a listener')
    const text = await arena.run('text')
    log('JSON to a listener')
    const json = await arena.run('json')
    log('50 effects')
    const signals = await arena.run('signals')
    log('React')
    const react = await arena.run('react')
    log('Vue')
    const vue = await arena.run('vue')
    log('memory')
    const messages = await memory(arena, '2,000 messages among 198,000 comments, kept', [
      'native EventSource',
      'createSource, messages',
      'fetch-event-source',
      'fetch + eventsource-parser',
    ])
    const kept = await memory(arena, '2,000 of 200,000 events, kept by a listener', [
      'native EventSource, listener',
      'createSource, listener, text',
      'fetch-event-source, listener',
      'fetch + eventsource-parser, listener',
    ])
    const native = 'native EventSource'
    const own = 'createSource'
    return {
      title: 'Browser',
      versions: { Chromium: version },
      method: [
        `Chromium, headless, started without DevTools or a driver: a session that is attached makes native \`EventSource\` several times slower. One page a contest, served from the same machine; the whole stream is one
response that is sent at once. Time is from the request to the last delivery. Each run counts its events and sums them up.`,
      ],
      comparisons: [
        { ...text, note: bound(text, native) },
        json,
        withRuns(signals, 'effects'),
        withRuns(react, 'renders'),
        withRuns(vue, 'renders'),
        messages,
        kept,
      ],
      targets: [
        {
          what: 'text to a listener, against native EventSource',
          atLeast: 15,
          measured: times(text, own, native),
        },
        {
          what: 'text to a listener, cost against fetch + TextDecoder alone',
          atMost: 2.5,
          measured: times(text, LIMIT, own),
        },
        {
          what: 'JSON to a listener, against native EventSource + JSON.parse',
          atLeast: 7,
          measured: times(json, own, `${native} + JSON.parse`),
        },
        {
          what: 'newest event in 50 effects, against native EventSource and a signal',
          atLeast: 20,
          measured: times(
            signals.comparison,
            'createSource, latest',
            'native EventSource, signal.value =',
          ),
        },
        { what: 'React: renders a delivery', atMost: 1, measured: react.perDelivery, unit: '' },
        { what: 'Vue: renders a delivery', atMost: 1, measured: vue.perDelivery, unit: '' },
        {
          what: 'messages, one block in 100 kept',
          atMost: 1.5,
          unit: 'MB',
          measured: spread(costsOf(messages, 'createSource, messages')),
        },
      ],
    }
  } finally {
    await arena.close()
  }
}
export default bench

const LIMIT = 'fetch + TextDecoder alone'

/** How fast any client can be here, whatever it does with the events. */
function bound(comparison: Comparison, native: string): string {
  const most = times(comparison, LIMIT, native).median.toFixed(1)
  return `The stream has to be transferred and decoded, which takes a client that does nothing else as long as the limit says: on this machine no client can be more than ${most} times as fast as native \`EventSource\`.`
}

const costsOf = ({ rows }: Comparison, name: string) =>
  rows.find(({ contestant }) => contestant === name)?.costs ?? []

function withRuns({ comparison, runs }: Counted, what: string): Comparison {
  const counts = comparison.rows.map(
    ({ contestant }) => `${contestant}: ${(runs[contestant] ?? 0).toLocaleString('en')}`,
  )
  return { ...comparison, note: `How many ${what} ran, in the last round. ${counts.join('; ')}.` }
}

/** One page a measurement: what is left over by one contestant is not counted for another. */
function memory(arena: Arena, workload: string, names: readonly string[]): Promise<Comparison> {
  const measure = (name: string): Promise<Held> => arena.run('memory', name)
  return compare(
    workload,
    names.map((name) => ({
      name,
      role: name.startsWith('createSource') ? 'own' : 'peer',
      output: async () => (await measure(name)).kept,
      cost: async () => (await measure(name)).bytes / MEGABYTE,
    })),
    { unit: 'MB held', rounds: 3, warmUp: 0 },
  )
}
