/** A stream from a generator: pulled by demand, and let go of when its reader leaves. */
import { setTimeout as delay } from 'node:timers/promises'
import { createSSEStream } from 'tidewire/server'
import { describe, expect, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { read } from '../support/hub-reader.js'
import { SOON } from '../support/node-wire.js'
import { all } from '../support/whole-stream.js'

const complained = watchComplaints()
const open = (body: ReadableStream<Uint8Array>) => read(new Response(body))
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
    await vi.waitFor(() => expect(returned).toBe(true), SOON)
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
    await vi.waitFor(() => expect(end).toBe('aborted: true'), SOON)
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
    await vi.waitFor(() => expect(complained()).toEqual([failure]), SOON)
  })

  test('is not begun for a reader who leaves before the first event', async () => {
    const events = vi.fn(() => [])
    await createSSEStream(events).cancel()
    expect(events).not.toHaveBeenCalled()
  })
})
