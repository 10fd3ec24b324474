/** Plain event streams: pulled by demand, let go of when their reader leaves, cut where it does not read. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  createProgressStream,
  createSSEResponse,
  createSSEStream,
  type SSEEvent,
  type SSESend,
} from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { read, type Stream } from '../support/hub-reader.js'

const complaints = vi.spyOn(console, 'error')
beforeEach(() => {
  complaints.mockReset().mockImplementation(() => {})
})
afterEach(() => {
  expect(complaints.mock.calls.flat()).toEqual([])
  vi.useRealTimers()
})
/** What was written to the console, which is then allowed. */
function complained(): unknown[] {
  const said = complaints.mock.calls.flat()
  complaints.mockClear()
  return said
}

const open = (body: ReadableStream<Uint8Array>) => read(new Response(body))

/** The events of a stream that ends, as `type data`, and how it ended. */
async function all(stream: Stream): Promise<string[]> {
  const events: string[] = []
  for (let block = await stream.next(); block; block = await stream.next())
    events.push(`${block.type} ${block.data}`)
  return [...events, await stream.ended]
}
const turn = () => delay(0)

describe('a stream from a generator', () => {
  test('has its events, of both spellings', async () => {
    const stream = createSSEStream(async function* () {
      yield { type: 'price', data: { value: 41 }, id: '1' }
      yield { event: 'news', data: 'two\nlines' }
      yield { data: 'plain' }
    })
    expect(await all(await open(stream))).toEqual([
      'price {"value":41}',
      'news two\nlines',
      'message plain',
      'end',
    ])
  })

  test('may be one that is not asynchronous, or anything that is iterated', async () => {
    const generator = function* () {
      yield { data: 'a' }
      yield { data: 'b' }
    }
    for (const events of [generator, generator(), [{ data: 'a' }, { data: 'b' }]])
      expect(await all(await open(createSSEStream(events)))).toEqual([
        'message a',
        'message b',
        'end',
      ])
  })

  test('does nothing before it is read, and never more than is read', async () => {
    let yielded = 0
    const stream = createSSEStream(function* () {
      for (;;) yield { data: ++yielded }
    })
    const response = new Response(stream)
    await turn()
    expect(yielded).toBe(0)
    const reader = response.body?.getReader()
    for (let count = 1; count < 5; count++) {
      await reader?.read()
      await turn()
      expect(yielded).toBe(count)
    }
    await reader?.cancel()
  })

  test('is returned when the reader leaves, and its signal aborts', async () => {
    let signal: AbortSignal | undefined
    let returned = false
    const stream = createSSEStream(async function* (given) {
      signal = given
      try {
        for (;;) yield { data: 'tick' }
      } finally {
        returned = true
      }
    })
    const reader = stream.getReader()
    await reader.read()
    expect(signal?.aborted).toBe(false)
    await reader.cancel()
    expect(signal?.aborted).toBe(true)
    await vi.waitFor(() => expect(returned).toBe(true))
  })

  test('learns of it while it waits', async () => {
    let end = ''
    const stream = createSSEStream(async function* (signal) {
      yield { data: 'first' }
      try {
        await delay(3_600_000, undefined, { signal })
        yield { data: 'never' }
      } finally {
        end = `aborted: ${signal.aborted}`
      }
    })
    const reader = stream.getReader()
    await reader.read()
    const pending = reader.read()
    await turn()
    await reader.cancel()
    expect(await pending).toEqual({ done: true, value: undefined })
    await vi.waitFor(() => expect(end).toBe('aborted: true'))
  })

  test('holds nobody up who leaves while it ignores that', async () => {
    const stream = createSSEStream(async function* () {
      await new Promise(() => {})
      yield {}
    })
    const reader = stream.getReader()
    const pending = reader.read()
    await turn()
    await reader.cancel()
    expect(await pending).toMatchObject({ done: true })
  })

  test('ends as an error with what it throws', async () => {
    const failure = new Error('the database is gone')
    const stream = createSSEStream(async function* () {
      yield { data: 'before' }
      throw failure
    })
    const reader = stream.getReader()
    await reader.read()
    await expect(reader.read()).rejects.toBe(failure)
  })

  test('ends as an error where it cannot begin', async () => {
    const failure = new Error('no')
    const stream = createSSEStream(() => {
      throw failure
    })
    await expect(stream.getReader().read()).rejects.toBe(failure)
  })

  test('is returned where it yields what cannot be sent', async () => {
    let returned = false
    const stream = createSSEStream(function* () {
      try {
        yield { type: 'a\nevent: b', data: 1 }
      } finally {
        returned = true
      }
    })
    await expect(stream.getReader().read()).rejects.toThrow(TypeError)
    expect(returned).toBe(true)
  })

  test('tells the console what it throws when nobody reads any more', async () => {
    const failure = new Error('in finally')
    const stream = createSSEStream(function* () {
      try {
        for (;;) yield { data: 1 }
      } finally {
        // biome-ignore lint/correctness/noUnsafeFinally: this is the mistake
        throw failure
      }
    })
    const reader = stream.getReader()
    await reader.read()
    await reader.cancel()
    await vi.waitFor(() => expect(complained()).toEqual([failure]))
  })

  test('is not begun for a reader who leaves before the first event', async () => {
    const events = vi.fn(() => [])
    await createSSEStream(events).cancel()
    expect(events).not.toHaveBeenCalled()
  })
})

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
    await vi.waitFor(() => expect(ends).toEqual([true]))
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

describe('a response from a function that sends', () => {
  test('has the headers of an event stream, and those it is given', () => {
    const response = createSSEResponse(() => {}, {
      status: 201,
      headers: [
        ['x-mine', '1'],
        ['Cache-Control', 'private'],
        ['set-cookie', 'a=1'],
        ['set-cookie', 'b=2'],
      ],
    })
    expect(response.status).toBe(201)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'private',
      'x-accel-buffering': 'no',
      'x-mine': '1',
    })
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    const plain = createSSEResponse(new ReadableStream())
    expect(plain.headers.get('cache-control')).toBe('no-cache, no-transform')
  })

  test('carries events and text, until it is closed', async () => {
    const response = createSSEResponse((send, close) => {
      send({ type: 'connected', data: 'Welcome' })
      send('hello\nthere')
      close()
      send('late')
      send({ type: 'a\nb' })
      close()
    })
    expect(await all(await read(response))).toEqual([
      'connected Welcome',
      'message hello\nthere',
      'end',
    ])
  })

  test('stays open when the function has returned', async () => {
    let send: SSESend = () => {}
    const stream = await read(
      createSSEResponse(async (given) => {
        send = given
      }),
    )
    await turn()
    send('later')
    expect(await stream.next()).toMatchObject({ data: 'later' })
    await stream.close()
  })

  test.each([
    ['the reader leaves', (stream: Stream) => stream.close()],
    ['it is closed', (_stream: Stream, close: () => void) => close()],
  ])('cleans up once, and aborts its signal, when %s', async (_, end) => {
    const cleanup = vi.fn()
    for (const isLate of [false, true]) {
      let close = () => {}
      let signal: AbortSignal | undefined
      const response = createSSEResponse((send, given, aborting) => {
        close = given
        signal = aborting
        send('hello')
        return isLate ? Promise.resolve(cleanup) : cleanup
      })
      const stream = await read(response)
      await stream.next()
      expect(cleanup).not.toHaveBeenCalled()
      await end(stream, close)
      close()
      await vi.waitFor(() => expect(cleanup).toHaveBeenCalledOnce())
      expect(signal?.aborted).toBe(true)
      cleanup.mockClear()
    }
  })

  test('cleans up what comes after the end', async () => {
    const cleanup = vi.fn()
    const response = createSSEResponse((_send, close) => {
      close()
      return cleanup
    })
    await all(await read(response))
    expect(cleanup).toHaveBeenCalledOnce()
  })

  test('ends as an error with what the function throws, after what it sent', async () => {
    for (const run of [
      (send: SSESend) => {
        send('a')
        send('b')
        throw new Error('oh')
      },
      async (send: SSESend) => {
        send('a')
        await turn()
        send('b')
        throw new Error('oh')
      },
    ])
      expect(await all(await read(createSSEResponse(run)))).toEqual([
        'message a',
        'message b',
        'error',
      ])
  })

  test('tells the console what a cleanup throws', async () => {
    const failure = new Error('cleanup')
    for (const cleanup of [
      () => {
        throw failure
      },
      () => Promise.reject(failure),
    ]) {
      await all(
        await read(
          createSSEResponse((_send, close) => {
            setTimeout(close)
            return cleanup
          }),
        ),
      )
      await turn()
      expect(complained()).toEqual([failure])
    }
  })

  test('tells the console what the function throws after the end, unless that is the end', async () => {
    const failure = new Error('later')
    const stream = await read(
      createSSEResponse(async (_send, close) => {
        close()
        throw failure
      }),
    )
    await all(stream)
    await turn()
    expect(complained()).toEqual([failure])
    await all(
      await read(
        createSSEResponse(async (_send, close, signal) => {
          close()
          signal.throwIfAborted()
        }),
      ),
    )
    await turn()
  })

  test('refuses at once what cannot be sent', async () => {
    const refused: unknown[] = []
    const events: SSEEvent[] = [{ type: 'a\nb' }, { data: 1n }, {}]
    const response = createSSEResponse((send, close) => {
      for (const event of events)
        try {
          send(event)
        } catch (error) {
          refused.push((error as Error).name)
        }
      close()
    })
    expect(await all(await read(response))).toEqual(['end'])
    expect(refused).toEqual(['TypeError', 'TypeError', 'TypeError'])
  })

  test('cuts a reader that leaves more than 1 MiB, and keeps nothing of it', async () => {
    const cleanup = vi.fn()
    let sent = 0
    const response = createSSEResponse((send, _close, signal) => {
      while (!signal.aborted && sent < 5000) {
        send('x'.repeat(1024))
        sent++
      }
      return cleanup
    })
    const reader = response.body?.getReader()
    await reader?.read()
    await expect(reader?.read()).rejects.toThrow(/were sent and not read/)
    expect(sent).toBeLessThan(1100)
    expect(cleanup).toHaveBeenCalledOnce()
  })

  test('does nothing for an answer that nobody reads', async () => {
    const run = vi.fn()
    const response = createSSEResponse(run)
    await turn()
    await response.body?.cancel()
    expect(run).not.toHaveBeenCalled()
  })
})
