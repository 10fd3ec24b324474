/** What `docs/conformance.md` says of Tidewire: every row, in this process. `npm run conformance` writes the table. */
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { type Row, runRows } from './cell.js'
import { inProcess } from './realm.js'
import { rows } from './rows/index.js'
import { connectTidewire } from './tidewire.js'

const AT_ONCE = 16
let results: Map<Row, string | undefined>

const reported: unknown[] = []

beforeAll(async () => {
  // Where a platform has it, what a listener throws goes there.
  vi.stubGlobal('reportError', (thrown: unknown) => reported.push(thrown))
  results = await runRows(rows, () => inProcess(connectTidewire), AT_ONCE)
  vi.unstubAllGlobals()
}, 120_000)

test('what a listener throws is reported, and nothing else is', () => {
  expect(reported.map(String)).toEqual(['Error: A listener that throws, on purpose.'])
})

for (const group of new Set(rows.map((row) => row.group)))
  describe(group, () => {
    for (const row of rows.filter((row) => row.group === group))
      test(`${row.name}: ${row.expected}`, () => {
        expect(results.has(row)).toBe(true)
        expect(results.get(row)).toBeUndefined()
      })
  })
