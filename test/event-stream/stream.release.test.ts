import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { ConnectionError } from '../../src/errors.js'
import { type EventStream, openEventStream } from '../../src/event-stream/stream.js'
import { answering, collect, collectData } from '../support/answers.js'
import { bytesOf } from '../support/chunks.js'
import { settle } from '../support/fake-time.js'
import { createScriptedFetch, EVENT_STREAM_HEADERS } from '../support/scripted-fetch.js'

const URL = 'http://localhost/events'

const listeners = ({ signal }: AbortController) => getEventListeners(signal, 'abort').length

/** A stream that stays open and notices neither abort nor cancel; what is told to its body is counted. */
async function openHanging(...chunks: string[]) {
  const cancel = vi.fn(() => new Promise<void>(() => {}))
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(bytesOf(chunk))
    },
    cancel,
  })
  const controller = new AbortController()
  const stream = await openEventStream(URL, {
    fetch: async () => new Response(body, { headers: EVENT_STREAM_HEADERS }),
    signal: controller.signal,
  })
  return { cancel, controller, stream }
}

describe('every exit releases the response and the signal', () => {
  const exits: [string, (stream: EventStream) => unknown][] = [
    ['the end of the loop', (stream) => collect(stream)],
    [
      'break',
      async (stream) => {
        for await (const _event of stream) break
      },
    ],
    [
      'break between batches',
      async (stream) => {
        for await (const _batch of stream.batches()) break
      },
    ],
    [
      'an error in the loop',
      async (stream) => {
        await expect(async () => {
          for await (const _event of stream) throw new Error('mine')
        }).rejects.toThrow('mine')
      },
    ],
    ['cancel before the loop', (stream) => stream.cancel()],
    [
      'cancel in the loop',
      async (stream) => {
        for await (const _event of stream) await stream.cancel('enough')
      },
    ],
  ]

  it.each(exits)('%s', async (name, leave) => {
    const cancel = vi.fn()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytesOf('data: a\n\ndata: b\n\n'))
        if (name === 'the end of the loop') controller.close()
      },
      cancel,
    })
    const controller = new AbortController()
    let request: Request | undefined
    const stream = await openEventStream(URL, {
      signal: controller.signal,
      fetch: async (sent) => {
        request = sent
        return new Response(body, { headers: EVENT_STREAM_HEADERS })
      },
    })
    await leave(stream)
    await settle()
    expect(cancel).toHaveBeenCalledTimes(name === 'the end of the loop' ? 0 : 1)
    expect(request?.signal.aborted).toBe(true)
    expect(listeners(controller)).toBe(0)
    expect(controller.signal.aborted).toBe(false)
  })

  it('a broken body', async () => {
    const controller = new AbortController()
    const { fetch, next } = createScriptedFetch()
    const opening = openEventStream(URL, { fetch, signal: controller.signal })
    const exchange = (await next()).open()
    const reading = collect(await opening)
    exchange.cut()
    await expect(reading).rejects.toThrow(ConnectionError)
    expect(listeners(controller)).toBe(0)
  })
})

describe('cancel', () => {
  it('ends a read that hangs, and never waits for the platform', async () => {
    const { cancel, stream } = await openHanging('data: a\n\n')
    const reading = collectData(stream)
    await settle()
    await stream.cancel('enough')
    expect(await reading).toEqual(['a'])
    expect(cancel).toHaveBeenCalledExactlyOnceWith('enough')
  })

  it('keeps back what has already been read', async () => {
    const { stream } = await openHanging('data: a\n\ndata: b\n\n', 'data: c\n\n')
    const seen: string[] = []
    for await (const event of stream) {
      seen.push(event.data)
      await stream.cancel()
    }
    expect(seen).toEqual(['a'])
  })

  it('before the loop leaves nothing to read', async () => {
    const { stream } = await openHanging('data: a\n\n')
    await stream.cancel()
    await stream.cancel()
    expect(await collect(stream.batches())).toEqual([])
  })

  it('after the end does nothing', async () => {
    const stream = await openEventStream(URL, { fetch: answering('data: a\n\n') })
    expect(await collect(stream)).toHaveLength(1)
    await stream.cancel()
  })

  it('stays an end when the caller aborts as well', async () => {
    const { controller, stream } = await openHanging()
    const reading = collect(stream)
    await stream.cancel()
    controller.abort(new Error('mine'))
    expect(await reading).toEqual([])
  })
})

describe("the caller's abort", () => {
  const reason = new Error('the caller left')

  it('before the start sends nothing', async () => {
    const fetch = answering()
    const opening = openEventStream(URL, { fetch, signal: AbortSignal.abort(reason) })
    await expect(opening).rejects.toBe(reason)
    expect(fetch).not.toHaveBeenCalled()
  })

  it.each([false, true])(
    'before the headers rejects with its reason (deaf fetch: %s)',
    async (deaf) => {
      const controller = new AbortController()
      const { fetch, next } = createScriptedFetch({ deaf })
      const opening = openEventStream(URL, { fetch, signal: controller.signal })
      const exchange = await next()
      controller.abort(reason)
      await expect(opening).rejects.toBe(reason)
      expect(listeners(controller)).toBe(0)
      // A response that comes all the same is given back.
      exchange.open()
      await settle()
      expect(exchange.isAborted).toBe(true)
    },
  )

  it.each([false, true])('of a signal inside a Request counts (deaf fetch: %s)', async (deaf) => {
    const controller = new AbortController()
    const { fetch, next } = createScriptedFetch({ deaf })
    const opening = openEventStream(new Request(URL, { signal: controller.signal }), { fetch })
    await next()
    controller.abort(reason)
    await expect(opening).rejects.toBe(reason)
  })

  it('of a signal inside a Request is overruled by a signal of its own, or by null', async () => {
    const controller = new AbortController()
    for (const signal of [new AbortController().signal, null]) {
      const request = new Request(URL, { signal: controller.signal })
      const { fetch, next } = createScriptedFetch()
      const opening = openEventStream(request, { fetch, signal })
      const exchange = await next()
      controller.abort(reason)
      exchange.open().send('data: a\n\n').end()
      expect(await collectData(await opening)).toEqual(['a'])
    }
  })

  it('ends a read that hangs with its reason', async () => {
    const { cancel, controller, stream } = await openHanging('data: a\n\n')
    const reading = collect(stream)
    await settle()
    controller.abort(reason)
    await expect(reading).rejects.toBe(reason)
    await settle()
    expect(cancel).toHaveBeenCalledExactlyOnceWith(reason)
    expect(listeners(controller)).toBe(0)
  })

  it('keeps back what has already been read', async () => {
    const { controller, stream } = await openHanging('data: a\n\ndata: b\n\n')
    const seen: string[] = []
    const reading = (async () => {
      for await (const event of stream) {
        seen.push(event.data)
        controller.abort(reason)
      }
    })()
    await expect(reading).rejects.toBe(reason)
    expect(seen).toEqual(['a'])
  })

  it('releases a response that nobody reads', async () => {
    const { cancel, controller, stream } = await openHanging('data: a\n\n')
    controller.abort(reason)
    await settle()
    expect(cancel).toHaveBeenCalledExactlyOnceWith(reason)
    await expect(collect(stream)).rejects.toBe(reason)
  })

  it('throws its reason even where cancel comes after it', async () => {
    const { controller, stream } = await openHanging()
    const reading = collect(stream)
    controller.abort(reason)
    await stream.cancel()
    await expect(reading).rejects.toBe(reason)
  })
})
