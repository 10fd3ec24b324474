/** A source against streams that MSW mocks: what an app's own tests would do. */
import { HttpResponse, http } from 'msw'
import { createSource, effect, type SourceOptions } from 'tidewire'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { type MockedStream, mockedStream, mockServer } from '../support/msw.js'
import { block, ENDPOINT, withReportedErrors } from '../support/test-source.js'

const server = mockServer()
withReportedErrors()

/** A watched source with short delays, closed when the test ends, and what it heard. */
function watch<E extends object>(options: SourceOptions<NoInfer<E>> = {}) {
  const source = createSource<E>(ENDPOINT, { reconnectDelay: 5, ...options })
  onTestFinished(() => source.close())
  const heard: unknown[] = []
  source.on('*', (data) => heard.push(data))
  return { source, heard }
}

/** Every request to the endpoint is answered by the next of these; the last one answers for good. */
function answer(...answers: ((request: Request) => Response | Promise<Response>)[]) {
  const requests: Request[] = []
  server.use(
    http.all(ENDPOINT, ({ request }) => {
      requests.push(request.clone() as Request)
      return answers[Math.min(requests.length, answers.length) - 1]?.(request)
    }),
  )
  return requests
}

/** An open stream that first sends this. */
const streaming =
  (text: string, then: (stream: MockedStream) => void = () => {}) =>
  (request: Request) =>
    mockedStream(request, (stream) => {
      stream.send(text)
      then(stream)
    })

describe('a mocked stream', () => {
  test('arrives as signals', async () => {
    answer(
      streaming(
        block('{"bid":1}', { type: 'price', id: '1' }) +
          block('{"bid":2}', { type: 'price', id: '2' }),
      ),
    )
    const { source, heard } = watch<{ price: { bid: number } }>()
    const bids: unknown[] = []
    effect(() => void bids.push(source.latestOf('price').value?.data.bid))
    await vi.waitFor(() => expect(heard).toHaveLength(2))
    expect(bids).toEqual([undefined, 2])
    expect(source.status.peek()).toBe('open')
    expect(source.lastEventId).toBe('2')
  })

  test('that breaks in the middle of an event is resumed after the last whole one', async () => {
    const requests = answer(
      streaming(`${block('one', { id: '1' })}id: 2\ndata: tw`, (stream) =>
        setTimeout(stream.break, 10),
      ),
      streaming(block('two', { id: '2' })),
    )
    const { heard } = watch()
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']))
    expect(requests.map(({ headers }) => headers.get('last-event-id'))).toEqual([null, '1'])
  })

  test('that ends is reestablished', async () => {
    const requests = answer(
      streaming(block('one', { id: '1' }), ({ end }) => end()),
      streaming(block('two', { id: '2' })),
    )
    const { source, heard } = watch()
    await vi.waitFor(() => expect(heard).toEqual(['one', 'two']))
    expect(requests).toHaveLength(2)
    expect(source.error.peek()).toBeUndefined()
  })

  test.each([true, false])(
    'is left when the source is closed (told of the abort: %s)',
    async (wired) => {
      let signal: AbortSignal | undefined
      answer((request) =>
        mockedStream(
          request,
          (stream) => {
            signal = stream.signal
            stream.send(block('one'))
          },
          { wired },
        ),
      )
      const { source, heard } = watch()
      const looping = (async () => {
        for await (const _ of source);
      })()
      await vi.waitFor(() => expect(heard).toEqual(['one']))
      source.close()
      await looping
      expect(signal?.aborted).toBe(true)
      expect(source.state.peek()).toEqual({ status: 'closed', reason: 'user' })
    },
  )

  test('cut anywhere, character by character, is the same messages', async () => {
    const text = block('{"text":"é𝄞"}', { id: 'ä' }) + block('two\nlines', { id: 'ö' })
    const bytes = new TextEncoder().encode(text)
    answer((request) =>
      mockedStream(request, ({ send }) => {
        for (const byte of bytes) send(Uint8Array.of(byte))
      }),
    )
    const { source, heard } = watch()
    await vi.waitFor(() => expect(heard).toEqual([{ text: 'é𝄞' }, 'two\nlines']))
    expect(source.lastEventId).toBe('ö')
  })
})

describe('a mocked answer', () => {
  test('of 503 is waited out as long as it asks', async () => {
    const requests = answer(
      () => new HttpResponse(null, { status: 503, headers: { 'retry-after': '0' } }),
      () => new HttpResponse(null, { status: 500 }),
      streaming(block('back')),
    )
    const { source, heard } = watch()
    const failures: unknown[] = []
    source.on('error', ({ status }) => failures.push(status))
    await vi.waitFor(() => expect(heard).toEqual(['back']))
    expect(failures).toEqual([503, 500])
    expect(requests).toHaveLength(3)
  })

  test('of 204 is the end', async () => {
    const requests = answer(() => new HttpResponse(null, { status: 204 }))
    const { source } = watch()
    await vi.waitFor(() => expect(source.status.peek()).toBe('closed'))
    expect(source.state.peek()).toEqual({ status: 'closed', reason: 'server' })
    expect(source.error.peek()).toBeUndefined()
    expect(requests).toHaveLength(1)
  })

  test('of 404 is a failure that says so', async () => {
    answer(() => HttpResponse.json({ message: 'no' }, { status: 404 }))
    const { source } = watch()
    await expect(source[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      name: 'ResponseError',
      code: 'status',
      status: 404,
    })
    expect(source.state.peek()).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test('of a page instead of a stream is tried once more', async () => {
    const requests = answer(() => HttpResponse.html('<h1>Log in to the airport</h1>'))
    const { source } = watch()
    await vi.waitFor(() => expect(source.status.peek()).toBe('closed'))
    expect(source.error.peek()).toMatchObject({ code: 'content-type', status: 200 })
    expect(requests).toHaveLength(2)
  })

  test('of 401 refreshes the credentials', async () => {
    let token = 'old'
    const requests = answer((request) =>
      request.headers.get('authorization') === 'Bearer new'
        ? streaming(block('secret'))(request)
        : new HttpResponse(null, { status: 401 }),
    )
    const { heard } = watch({
      headers: () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized: async () => {
        token = 'new'
      },
    })
    await vi.waitFor(() => expect(heard).toEqual(['secret']))
    expect(requests.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer old',
      'Bearer new',
    ])
  })

  test('that never comes is a network failure', async () => {
    answer(() => HttpResponse.error(), streaming(block('back')))
    const { source, heard } = watch()
    const codes: unknown[] = []
    source.on('error', ({ code }) => codes.push(code))
    await vi.waitFor(() => expect(heard).toEqual(['back']))
    expect(codes).toEqual(['network'])
  })
})

test('a token stream over POST is sent once, read as a loop, and closed by its end', async () => {
  const requests = answer(
    streaming('', (stream) => {
      for (const text of ['Be', 'cause', '.'])
        stream.send(block(JSON.stringify({ text }), { type: 'delta' }))
      stream.send(block('{"tokens":3}', { type: 'done' }))
      stream.end()
    }),
  )
  type Answer = { delta: { text: string }; done: { tokens: number } }
  const source = createSource<Answer>(ENDPOINT, { body: { prompt: 'why?' } })
  const text = source.fold('', (all, message) =>
    message.type === 'delta' ? all + message.data.text : all,
  )
  const stop = effect(() => void text.value)
  let tokens = 0
  for await (const message of source) if (message.type === 'done') tokens = message.data.tokens
  expect(text.peek()).toBe('Because.')
  expect(tokens).toBe(3)
  expect(source.state.peek()).toEqual({ status: 'closed', reason: 'server' })
  stop()
  expect(requests).toHaveLength(1)
  expect(requests[0]?.method).toBe('POST')
  expect(requests[0]?.headers.get('content-type')).toBe('application/json')
  expect(await requests[0]?.json()).toEqual({ prompt: 'why?' })
})

test('a snapshot comes from the same mocked world', async () => {
  server.use(http.get('https://api.example/list', () => HttpResponse.json(['old'])))
  answer(streaming(block('"new"', { id: '1' })))
  const { source } = watch<{ message: string }>({ parse: 'json' })
  const list = source.fold(
    async ({ signal }) =>
      (await (await fetch('https://api.example/list', { signal })).json()) as string[],
    (all, { data }) => (all.includes(data) ? all : [...all, data]),
  )
  const stop = effect(() => void list.value)
  await vi.waitFor(() => expect(list.peek()).toEqual(['old', 'new']))
  stop()
})
