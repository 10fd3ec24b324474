/** What `docs/conformance.md` says of Tidewire: every row, in this process. `npm run conformance` writes the table. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Row, runRows, type Verdict } from './cell.js'
import { inProcess } from './realm.js'
import { rows } from './rows/index.js'
import { connectTidewire } from './tidewire.js'

let verdicts: Map<Row, Verdict>

const reported: unknown[] = []

beforeAll(async () => {
  // Where a platform has it, what a listener throws goes there.
  vi.stubGlobal('reportError', (thrown: unknown) => reported.push(thrown))
  verdicts = await runRows(rows, () => inProcess(connectTidewire), { atOnce: 16, tries: 1 })
  vi.unstubAllGlobals()
}, 120_000)

test('what a listener throws is reported, and nothing else is', () => {
  expect(reported.map(String)).toEqual(['Error: A listener that throws, on purpose.'])
})

for (const group of new Set(rows.map((row) => row.group)))
  describe(group, () => {
    for (const row of rows.filter((row) => row.group === group))
      test(`${row.name}: ${row.expected}`, () => {
        expect(verdicts.has(row)).toBe(true)
        expect(verdicts.get(row)).toBeUndefined()
      })
  })
