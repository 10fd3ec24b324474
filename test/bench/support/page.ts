/** Results as `docs/performance.md`: a function of `test/bench/results`, and of nothing else. */
import { type Comparison, type Row, spread, times } from './compare.js'
import type { Result } from './result.js'
import { cellsOf, figureOf, goalOf, isMet, measuredOf } from './tables.js'

export function renderPage(results: readonly Result[]): string {
  const parts = [
    '# Performance',
    `Written by \`npm run bench\`: do not edit. \`npm run bench -- ${results.map(({ name }) => name).join(' | ')}\` measures a part anew. The figures are those of one
machine on one day; the ratios are what can be compared.`,
    provenance(results),
    '## How it is measured',
    `All contestants of a table do the same work in the same process, and their outputs are compared before anything is timed. They take
turns, round by round. A figure is the median over the rounds, with the middle half of them (25th to 75th percentile) in brackets. "×" is how many times less it costs
than the first row, taken within each round: above 1 is better. "limit" rows are no clients: they do less than any client must.`,
    '## Targets',
    targets(results),
    '## Where another one is better',
    defeats(results),
    ...results.flatMap(section),
  ]
  return `${parts.join('\n\n')}\n`
}

function provenance(results: readonly Result[]): string {
  const rows = results.map(({ title, date, machine, versions }) => [
    title,
    date,
    machine,
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ])
  return table(['measured', 'on', 'machine', 'with'], rows)
}

function targets(results: readonly Result[]): string {
  const rows = results.flatMap(({ title, targets }) =>
    targets.map((target) => [
      title,
      target.what,
      goalOf(target),
      measuredOf(target),
      isMet(target) ? 'met' : 'missed',
    ]),
  )
  return table(['', 'what', 'target', 'measured', ''], rows)
}

/** Each peer that costs less than every row of Tidewire's in its table, in more than three quarters of the rounds. */
function defeats(results: readonly Result[]): string {
  const lines = results.flatMap(({ title, comparisons }) =>
    comparisons.flatMap((comparison) => {
      const { workload } = comparison
      const median = ({ costs }: Row) => spread(costs).median
      const own = comparison.rows
        .filter(({ role }) => role === 'own')
        .sort((a, b) => median(a) - median(b))[0]
      if (!own) return []
      return comparison.rows
        .filter(({ role }) => role === 'peer')
        .map(({ contestant }) => ({
          contestant,
          advantage: times(comparison, contestant, own.contestant),
        }))
        .filter(({ advantage }) => advantage.p25 > 1)
        .map(
          ({ contestant, advantage }) =>
            `- ${title}, ${workload}: ${contestant}, ${figureOf(advantage)} × ${own.contestant}.`,
        )
    }),
  )
  return lines.length ? lines.join('\n') : 'Nowhere in what is measured here.'
}

function section({ title, method, comparisons }: Result): string[] {
  return [`## ${title}`, ...method, ...comparisons.map(comparisonTable)]
}

function comparisonTable(comparison: Comparison): string {
  const rows = comparison.rows.map((row) => [
    row.role === 'own' ? `**${row.contestant}**` : row.contestant,
    row.role === 'limit' ? 'limit' : '',
    ...Object.values(cellsOf(comparison, row)),
  ])
  const [first] = comparison.rows
  const heads = first ? Object.keys(cellsOf(comparison, first)) : []
  const note = comparison.note ? `\n\n${comparison.note}` : ''
  return `### ${comparison.workload}\n\n${table(['', '', ...heads], rows)}${note}`
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n')
}
