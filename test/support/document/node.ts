/** A page of docs/ in Node: those of its blocks that need no page. */
import { afterEach, beforeEach, describe, vi } from 'vitest'
import { blocksOf, isCode, isSuite, needsPage } from './block.js'
import { readDocument } from './modules.js'
import { type Runs, runBlocks } from './runs.js'
import { createWorld, type World } from './world.js'

/** Where a block runs: a world of its own, with modules that are new. */
export interface Place extends World {
  /** A block as a module. */
  load<T = Record<string, never>>(name: string): Promise<T>
}

/** Registers a test for each block that runs in Node; blocks that are tests register their own. */
export function describeDocument(path: string, runs: Runs<Place>, patience?: number): void {
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

    runBlocks(
      code.filter((block) => !isSuite(block)),
      runs,
      () => Object.assign(Object.create(world) as World, { load }),
      patience,
    )
  })

  describe.each(code.filter(isSuite))(`${path} $name`, async ({ name }) => {
    await load(name)
  })
}
