/** A document's blocks as tests: each is run by one, and none is left out. */
import { expect, test } from 'vitest'
import type { Block } from './block.js'

/** What runs a block, by its name, and looks whether it does what the text around it says. */
export type Runs<Place> = Readonly<Record<string, (place: Place) => unknown>>

/** Registers a test for each block, and one that none has gone. `place` is asked in each test. `patience` in ms. */
export function runBlocks<Place>(
  blocks: readonly Block[],
  runs: Runs<Place>,
  place: () => Place,
  patience = 20_000,
): void {
  test.each(blocks)(
    '$name',
    async ({ name }) => {
      const run = runs[name]
      if (!run) throw new Error(`No test runs the block "${name}": add one here, by its name.`)
      await run(place())
    },
    patience,
  )

  test('no block has gone', () => {
    expect(blocks.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(runs)))
  })
}
