/** A response from a function that sends: its headers, its end, its cleanup. */
import { setTimeout as delay } from 'node:timers/promises'
import { createSSEResponse, type SSEEvent, type SSESend } from 'tidewire/server'
import { describe, expect, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { read, type Stream } from '../support/hub-reader.js'
import { SOON } from '../support/node-wire.js'
import { all } from '../support/whole-stream.js'

const complained = watchComplaints()
const turn = () => delay(0)

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
      await vi.waitFor(() => expect(cleanup).toHaveBeenCalledOnce(), SOON)
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
