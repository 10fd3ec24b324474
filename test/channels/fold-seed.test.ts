/** What a seed is: a value, a function that makes one, or one that loads a snapshot. */
import type { SeedContext } from 'tidewire'
import { describe, expect, test, vi } from 'vitest'
import { withFakeTime } from '../support/fake-time.js'
import { append, createSnapshots, type List, watched } from '../support/snapshots.js'
import { block, createTestSource, send, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('what kind of function a seed is', () => {
  test('an async function is not called before it is wanted', async () => {
    const seed = vi.fn()
    const { source } = createTestSource()
    const list = source.fold(async () => seed() as List, append)
    void list.value
    expect(seed).not.toHaveBeenCalled()
  })

  test('a plain function that takes the context is taken for one', () => {
    const { seed, calls } = createSnapshots()
    const { source } = createTestSource()
    expect(source.fold(seed, append).value).toBeUndefined()
    expect(calls).toHaveLength(0)
  })

  test('a plain function that takes the context may answer at once', async () => {
    const { source, open } = createTestSource()
    const seed = ({ at }: SeedContext) => [`at ${at}`] as List
    const list = source.fold(seed as unknown as (context: SeedContext) => Promise<List>, append)
    watched(list)
    await send(await open(), block('a'))
    expect(list.value).toEqual(['at ', 'a'])
  })

  test('a plain function without parameters that returns a promise is one too: its first call is aborted already', async () => {
    const { source, open } = createTestSource()
    const contexts: SeedContext[] = []
    const results: Promise<List>[] = []
    function seed(...given: [SeedContext?]) {
      contexts.push(given[0] as SeedContext)
      const result =
        contexts.length === 1 ? Promise.reject(new Error('unwanted')) : Promise.resolve(['old'])
      results.push(result)
      return result
    }
    const list = source.fold(seed as (context: SeedContext) => Promise<List>, append)
    expect(list.value).toBeUndefined()
    watched(list)
    await send(await open(), block('a'))
    expect(list.value).toEqual(['old', 'a'])
    expect(contexts.map(({ signal }) => signal.aborted)).toEqual([true, false])
  })

  test('what it resolves with may be any thenable', async () => {
    const { source, open } = createTestSource()
    const list = source.fold(
      (_: SeedContext): PromiseLike<List> => ({
        // biome-ignore lint/suspicious/noThenProperty: this is the point of the test
        then: (resolve) => Promise.resolve(resolve?.(['old']) as never),
      }),
      append,
    )
    watched(list)
    await open()
    expect(list.value).toEqual(['old'])
  })
})
