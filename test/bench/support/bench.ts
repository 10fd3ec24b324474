/**
 * What a bench is. `test/bench/<name>.ts` has a default export of type `Bench`:
 *
 *     const bench: Bench = async ({ log }) => {
 *       const ticks = await compare('ticks, 64 KiB chunks', [peer, own, limit], { unit: 'ns an event' })
 *       const measured = times(ticks, 'tidewire', 'eventsource-parser')
 *       return { title: 'Parser', method: ['…'], comparisons: [ticks], targets: [{ what: '…', atLeast: 1.9, measured }] }
 *     }
 *     export default bench
 *
 * The runner bundles it with its imports (peers from `test/peers` by their names, declared in `peer-modules.d.ts`), runs it in a Node of its
 * own with `--expose-gc`, and does all printing and writing. A bench throws where it cannot measure; a target that is missed is a result.
 */
import type { Comparison, Spread } from './compare.js'

export type Bench = (context: BenchContext) => Promise<BenchReport>

export interface BenchContext {
  /** The project's folder. A bench is bundled elsewhere, so its own `import.meta` says nothing. */
  readonly root: string
  /** A folder for what it writes, gone afterwards. */
  readonly scratch: string
  /** Says what is under way. */
  log(line: string): void
}

export interface BenchReport {
  readonly title: string
  /** How it is measured, a sentence or a few each. Markdown. */
  readonly method: readonly string[]
  readonly comparisons: readonly Comparison[]
  readonly targets: readonly Target[]
  /** What else took part, by name: `{ Chromium: '156.0' }`. Node and the peers are known. */
  readonly versions?: Readonly<Record<string, string>>
}

export type Target = {
  /** 'LLM tokens in 16 KiB chunks, against eventsource-parser' */
  readonly what: string
  readonly measured: Spread | number
  /** Default '×', a ratio. */
  readonly unit?: string
} & (
  | { readonly atLeast: number; readonly atMost?: never }
  | { readonly atMost: number; readonly atLeast?: never }
)
