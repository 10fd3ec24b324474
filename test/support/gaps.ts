/** A client of a hub that soon forgets, and what it is told of that. */
import { effect, type GapReason } from 'tidewire'
import { advance, settle } from './fake-time.js'
import { hear, type Pair, type PairOptions, pair, plainHub, sendNumbers } from './hub-network.js'

/** Watches `a` and `b` of a hub whose log is short, and what becomes of their gaps. */
export async function watching(options: PairOptions = {}) {
  const it = pair({ makeHub: () => plainHub({ log: { maxEvents: 5 } }), ...options })
  const gaps: [string, GapReason][] = []
  for (const name of ['a', 'b'])
    effect(() => {
      const gap = it.client.channel(name).gap.value
      if (!gap) return
      gaps.push([name, gap.reason])
      // The order of effects is nobody's promise.
      gaps.sort()
    })
  const heard = { a: hear(it.client.channel('a')), b: hear(it.client.channel('b')) }
  await settle()
  return { ...it, gaps, heard, restart: it.restart }
}

/** The log forgets what `a` needs. */
export async function loseSome(it: Pair) {
  it.network.cut()
  await sendNumbers(it.hub, 'a', 101, 110)
  await advance(2000)
}
