/** A task's progress as a stream: each step, and one end. */
import { setTimeout as delay } from 'node:timers/promises'
import { createProgressStream } from 'tidewire/server'
import { describe, expect, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { read } from '../support/hub-reader.js'
import { SOON } from '../support/node-wire.js'
import { all } from '../support/whole-stream.js'

const complained = watchComplaints()
const open = (body: ReadableStream<Uint8Array>) => read(new Response(body))
const turn = () => delay(0)

describe('a progress stream', () => {
  test('tells each step, then that it is complete', async () => {
    const stream = createProgressStream(async (update) => {
      update(0)
      await turn()
      update(50, 'half')
    })
    expect(await all(await open(stream))).toEqual([
      'progress {"percent":0}',
      'progress {"percent":50,"message":"half"}',
      'complete {"percent":100}',
      'end',
    ])
  })

  test('keeps percent within 0 and 100', async () => {
    const given = [-1, 100.0001, Number.NaN, Number.POSITIVE_INFINITY, 12.5]
    const stream = createProgressStream((update) => {
      for (const percent of given) update(percent)
    })
    const percents = (await all(await open(stream)))
      .filter((line) => line.startsWith('progress'))
      .map((line) => JSON.parse(line.slice(9)).percent)
    expect(percents).toEqual([0, 100, 0, 100, 12.5])
  })

  test('ends by an error whose text stays on the server', async () => {
    const failure = new Error('password of db is hunter2')
    const fails = () => {
      throw failure
    }
    expect(await all(await open(createProgressStream(fails)))).toEqual([
      'error {"message":"failed"}',
      'end',
    ])
    expect(complained()).toEqual([failure])

    const errorMessage = (error: unknown) => `sorry: ${error instanceof Error}`
    const told = createProgressStream(async () => fails(), { errorMessage })
    expect(await all(await open(told))).toEqual(['error {"message":"sorry: true"}', 'end'])
    expect(complained()).toEqual([failure])
  })

  test('says "failed" where errorMessage throws', async () => {
    const thrown = [new Error('task'), new Error('errorMessage')]
    const stream = createProgressStream(
      () => {
        throw thrown[0]
      },
      {
        errorMessage() {
          throw thrown[1]
        },
      },
    )
    expect(await all(await open(stream))).toEqual(['error {"message":"failed"}', 'end'])
    expect(complained()).toEqual(thrown)
  })

  test.each([undefined, 1n, { message: 'no text' }, Promise.resolve('late')])(
    'says "failed" where errorMessage answers with %o, which is no text',
    async (answer) => {
      const thrown = new Error('task')
      const stream = createProgressStream(() => Promise.reject(thrown), {
        errorMessage: () => answer as never,
      })
      expect(await all(await open(stream))).toEqual(['error {"message":"failed"}', 'end'])
      expect(complained()).toEqual([thrown, expect.any(TypeError)])
    },
  )

  test('lets its task know that the reader left, which is no failure', async () => {
    const ends: unknown[] = []
    const stream = createProgressStream(async (update, signal) => {
      update(1)
      try {
        await delay(3_600_000, undefined, { signal })
      } catch (error) {
        update(2)
        ends.push(signal.aborted)
        throw error
      }
    })
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    await vi.waitFor(() => expect(ends).toEqual([true]), SOON)
    await turn()
  })

  test('says nothing after its end', async () => {
    let late = () => {}
    const stream = await open(
      createProgressStream((update) => {
        late = () => update(7)
      }),
    )
    expect(await all(stream)).toEqual(['complete {"percent":100}', 'end'])
    late()
  })

  test('is not begun before it is read', async () => {
    const task = vi.fn()
    const stream = createProgressStream(task)
    await turn()
    expect(task).not.toHaveBeenCalled()
    await stream.cancel()
    expect(task).not.toHaveBeenCalled()
  })

  test('keeps no more than the newest step for a reader that fell far behind', async () => {
    const message = 'x'.repeat(1000)
    let update: (percent: number, message: string) => void = () => {}
    const stream = createProgressStream((given) => {
      update = given
      return new Promise(() => {})
    })
    const reader = stream.getReader()
    const first = reader.read()
    await turn()
    for (let step = 0; step <= 10_000; step++) update(step / 200, message)
    await first
    let bytes = 0
    let last = ''
    while (!last.includes('"percent":50,')) {
      const { value = new Uint8Array() } = await reader.read()
      bytes += value.length
      last = new TextDecoder().decode(value)
    }
    expect(bytes).toBeLessThan(70 * 1024)
    await reader.cancel()
  })
})
