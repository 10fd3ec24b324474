/** A page of docs/ in Node: those of its blocks that need no page. */
import { afterEach, beforeEach, describe, test, vi } from 'vitest'
import { blocksOf, isCode, isSuite, needsPage } from './block.js'
import { readDocument } from './modules.js'
import { type Runs, runBlocks } from './runs.js'
import { createWorld, type World } from './world.js'

/** Where a block runs: a world of its own, with modules that are new. */
export interface Place extends World {
  /** A block as a module. */
  load<T = Record<string, never>>(name: string): Promise<T>
}

/**
 * Registers a test for each block that runs in Node; blocks that are tests register their own. `also` are tests of what the text
 * says beside them, by their titles.
 */
export function describeDocument(path: string, runs: Runs<Place>, also: Runs<Place> = {}): void {
  let world: World
  const load = <T>(name: string): Promise<T> =>
    import(/* @vite-ignore */ `../../../${path}/${name}`) as Promise<T>
  const code = blocksOf(readDocument(path)).filter((block) => isCode(block) && !needsPage(block))

  describe(path, () => {
    beforeEach(() => {
      vi.resetModules()
      world = createWorld()
    })
    afterEach(() => world.end())
    const place = () => Object.assign(Object.create(world) as World, { load })

    runBlocks(
      code.filter((block) => !isSuite(block)),
      runs,
      place,
    )

    for (const [title, run] of Object.entries(also)) test(title, () => run(place()), 20_000)
  })

  describe.each(code.filter(isSuite))(`${path} $name`, async ({ name }) => {
    await load(name)
  })
}
