/** A report as rows of text, for the console and for the page. */
import type { BenchReport, Target } from './bench.js'
import { type Comparison, type Row, type Spread, spread, times } from './compare.js'

export function printReport({ comparisons, targets }: BenchReport): void {
  for (const comparison of comparisons) {
    console.info(`\n${comparison.workload}`)
    console.table(
      Object.fromEntries(
        comparison.rows.map((row) => [row.contestant, cellsOf(comparison, row)] as const),
      ),
    )
    if (comparison.note) console.info(comparison.note)
  }
  if (targets.length)
    console.table(
      Object.fromEntries(
        targets.map((target) => [
          target.what,
          { target: goalOf(target), measured: measuredOf(target), '': verdictOf(target) },
        ]),
      ),
    )
}

/** The cost, and how many times better than the first contestant. */
export function cellsOf(comparison: Comparison, { contestant, costs }: Row) {
  const { rows, unit, isList } = comparison
  const first = rows[0]?.contestant ?? contestant
  const ratio = contestant === first ? '1' : figureOf(times(comparison, contestant, first))
  return { [unit]: figureOf(spread(costs)), ...(!isList && { [`× ${first}`]: ratio }) }
}

/** `1.95 [1.93 – 1.98]`: the median, and the middle half of what was measured. */
export function figureOf(figure: Spread | number): string {
  if (typeof figure === 'number') return number(figure)
  const { median, p25, p75 } = figure
  return p25 === p75 ? number(median) : `${number(median)} [${number(p25)} – ${number(p75)}]`
}

export function goalOf(target: Target): string {
  const bound = target.atLeast ?? target.atMost ?? Number.NaN
  const unit = target.unit ? ` ${target.unit}` : ' ×'
  return `${target.atLeast === undefined ? '≤' : '≥'} ${number(bound)}${unit}`
}

export const measuredOf = ({ measured }: Target) => figureOf(measured)

export function isMet({ atLeast, atMost, measured }: Target): boolean {
  const value = typeof measured === 'number' ? measured : measured.median
  return atLeast === undefined ? value <= (atMost ?? Number.NaN) : value >= atLeast
}

export const verdictOf = (target: Target) => (isMet(target) ? 'met' : 'MISSED')

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en', {
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
    maximumFractionDigits: digits,
  })
}
