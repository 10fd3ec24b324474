import { delay, HttpResponse, http } from 'msw'
import { describe, expect, it } from 'vitest'
import { ConnectionError, ResponseError } from '../../src/errors.js'
import { formatSSE } from '../../src/event-stream/encoder.js'
import { openEventStream } from '../../src/event-stream/stream.js'
import { collectData } from '../support/answers.js'
import { type MockedStream, mockedStream, mockServer } from '../support/msw.js'

const URL = 'https://mocked.example/events'
const server = mockServer()

/** Mocks the stream; the promise gives the server's half once it is asked for. */
function mock(options: Parameters<typeof mockedStream>[2] = {}): Promise<MockedStream> {
  return new Promise((resolve) => {
    server.use(http.get(URL, ({ request }) => mockedStream(request, resolve, options)))
  })
}

describe('a mocked stream', () => {
  it('brings event after event as they are sent', async () => {
    const mocked = mock()
    const stream = await openEventStream(URL)
    const { send, end } = await mocked
    const events = stream[Symbol.asyncIterator]()
    send(formatSSE({ type: 'tick', data: { n: 1 }, id: '1' }))
    expect(await events.next()).toEqual({
      done: false,
      value: { type: 'tick', data: '{"n":1}', lastEventId: '1' },
    })
    send(': heartbeat\n\ndata: 2\n')
    send('\n')
    expect((await events.next()).value).toMatchObject({ data: '2', lastEventId: '1' })
    end()
    expect(await events.next()).toEqual({ done: true, value: undefined })
  })

  it('is asked for with the last event ID and the headers of the caller', async () => {
    let headers = new Headers()
    server.use(
      http.get(URL, ({ request }) => {
        headers = request.headers
        return mockedStream(request, ({ end }) => end())
      }),
    )
    await collectData(await openEventStream(URL, { lastEventId: '42', headers: { 'x-mine': '1' } }))
    expect(Object.fromEntries(headers)).toEqual({
      accept: 'text/event-stream',
      'last-event-id': '42',
      'x-mine': '1',
    })
  })

  it('can be the answer to a POST', async () => {
    server.use(
      http.post(URL, async ({ request }) => {
        const question = await request.text()
        return mockedStream(request, ({ send, end }) => {
          for (const word of question.split(' ')) send(formatSSE({ data: word }))
          end()
        })
      }),
    )
    const stream = await openEventStream(URL, { method: 'POST', body: 'one two three' })
    expect(await collectData(stream)).toEqual(['one', 'two', 'three'])
  })

  it('that breaks throws ConnectionError behind the events before', async () => {
    const mocked = mock()
    const stream = await openEventStream(URL)
    const { send, break: cut } = await mocked
    const events = stream[Symbol.asyncIterator]()
    send('data: a\n\ndata: b')
    expect((await events.next()).value).toMatchObject({ data: 'a' })
    cut(new Error('cable'))
    await expect(events.next()).rejects.toThrow(ConnectionError)
  })

  it.each([true, false])('ends at cancel (abort wired: %s)', async (wired) => {
    const mocked = mock({ wired })
    const stream = await openEventStream(URL)
    const { send, signal } = await mocked
    send('data: a\n\n')
    const events = stream[Symbol.asyncIterator]()
    await events.next()
    const pending = events.next()
    await stream.cancel()
    expect(await pending).toEqual({ done: true, value: undefined })
    expect(signal.aborted).toBe(true)
  })

  it.each([true, false])('throws the reason of an abort (abort wired: %s)', async (wired) => {
    const mocked = mock({ wired })
    const controller = new AbortController()
    const stream = await openEventStream(URL, { signal: controller.signal })
    const { signal } = await mocked
    const reading = collectData(stream)
    controller.abort(new Error('mine'))
    await expect(reading).rejects.toThrow('mine')
    expect(signal.aborted).toBe(true)
  })

  it.each([true, false])('is given back by break (abort wired: %s)', async (wired) => {
    const mocked = mock({ wired })
    const stream = await openEventStream(URL)
    const { send, signal } = await mocked
    send('data: a\n\n')
    for await (const _event of stream) break
    expect(signal.aborted).toBe(true)
  })
})

describe('another mocked answer', () => {
  it.each([401, 404, 503])('of status %i is a ResponseError', async (status) => {
    server.use(http.get(URL, () => HttpResponse.text('no', { status })))
    const error = await openEventStream(URL).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ResponseError)
    expect(error).toMatchObject({ status, code: status === 401 ? 'unauthorized' : 'status' })
  })

  it('of another type is a ResponseError', async () => {
    server.use(http.get(URL, () => HttpResponse.html('<h1>Sign in</h1>')))
    await expect(openEventStream(URL)).rejects.toMatchObject({ code: 'content-type', status: 200 })
  })

  it('that is no answer is a ConnectionError', async () => {
    server.use(http.get(URL, () => HttpResponse.error()))
    await expect(openEventStream(URL)).rejects.toMatchObject({ code: 'network', retryable: true })
  })

  it('that keeps its headers back ends with the abort', async () => {
    const controller = new AbortController()
    server.use(
      http.get(URL, async () => {
        controller.abort(new Error('mine'))
        await delay('infinite')
      }),
    )
    await expect(openEventStream(URL, { signal: controller.signal })).rejects.toThrow('mine')
  })
})
