/** A connection before an endpoint mocked with MSW, as an application mocks its own. */
import { delay, HttpResponse, http } from 'msw'
import { describe, expect, test, vi } from 'vitest'
import { type MockedStream, mockedStream, mockServer } from '../support/msw.js'
import { openRealSource } from '../support/real-source.js'

const URL = 'https://mocked.example/events'
const server = mockServer()

/** Mocks streams one after the other; the function gives the server's half of the next one. */
function mockStreams() {
  const asked: Request[] = []
  const streams: MockedStream[] = []
  let waiting: ((stream: MockedStream) => void)[] = []
  server.use(
    http.all(URL, ({ request }) => {
      asked.push(request)
      return mockedStream(request, (stream) => {
        const resolve = waiting.shift()
        if (resolve) resolve(stream)
        else streams.push(stream)
      })
    }),
  )
  return {
    asked,
    async nextStream() {
      return (
        streams.shift() ??
        new Promise<MockedStream>((resolve) => {
          waiting = [...waiting, resolve]
        })
      )
    },
  }
}

const message = (id: number) => `id: ${id}\ndata: ${id}\n\n`
const idsOf = (requests: readonly Request[]) =>
  requests.map(({ headers }) => headers.get('last-event-id'))

describe('a mocked endpoint', () => {
  test('brings messages as they are sent, and resumes after the last one', async () => {
    const { asked, nextStream } = mockStreams()
    const { next, failures } = openRealSource(URL)
    const first = await nextStream()
    first.send(message(1))
    expect(await next()).toBe('1')
    first.send(message(2))
    expect(await next()).toBe('2')
    first.send('id: 3\ndata: never finished')
    first.end()
    ;(await nextStream()).send(message(3))
    expect(await next()).toBe('3')
    expect(idsOf(asked)).toEqual([null, '2'])
    expect(failures).toEqual(['ended'])
  })

  test('that breaks in the middle is asked again', async () => {
    const { asked, nextStream } = mockStreams()
    const { next, failures } = openRealSource(URL)
    const first = await nextStream()
    first.send(message(1))
    expect(await next()).toBe('1')
    first.break()
    ;(await nextStream()).send(message(2))
    expect(await next()).toBe('2')
    expect(idsOf(asked)).toEqual([null, '1'])
    expect(failures).toEqual(['network'])
  })

  test('has its token refreshed, and loses no message by it', async () => {
    let valid = 'first'
    let token = 'first'
    const tokens: (string | null)[] = []
    const cursors: (string | null)[] = []
    server.use(
      http.get(URL, ({ request }) => {
        const sent = request.headers.get('authorization')
        const cursor = request.headers.get('last-event-id')
        tokens.push(sent)
        cursors.push(cursor)
        if (sent !== `Bearer ${valid}`) return new HttpResponse(null, { status: 401 })
        return mockedStream(request, ({ send, end }) => {
          send(message(Number(cursor ?? 0) + 1))
          valid = 'second' // the first one expires with its stream
          if (sent === 'Bearer first') end()
        })
      }),
    )
    const onUnauthorized = vi.fn(async () => {
      await delay(1)
      token = 'second'
    })
    const { next } = openRealSource(URL, {
      headers: async () => ({ authorization: `Bearer ${token}` }),
      onUnauthorized,
    })
    expect([await next(), await next()]).toEqual(['1', '2'])
    expect(tokens).toEqual(['Bearer first', 'Bearer first', 'Bearer second'])
    expect(cursors).toEqual([null, '1', '1'])
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
  })

  test('has its token refreshed once for all sources of a page', async () => {
    let token = 'old'
    server.use(
      http.get(URL, async ({ request }) => {
        if (request.headers.get('authorization') === 'old')
          return new HttpResponse(null, { status: 401 })
        return mockedStream(request, ({ send }) => send(message(1)))
      }),
    )
    const onUnauthorized = vi.fn(async () => {
      await delay(10)
      token = 'new'
    })
    const headers = () => ({ authorization: token })
    const sources = Array.from({ length: 5 }, () =>
      openRealSource(URL, { headers, onUnauthorized }),
    )
    expect(await Promise.all(sources.map(({ next }) => next()))).toEqual(['1', '1', '1', '1', '1'])
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
  })

  test('may be slow to answer', async () => {
    server.use(
      http.get(URL, async ({ request }) => {
        await delay(50)
        return mockedStream(request, ({ send }) => send(message(1)))
      }),
    )
    const { next, source } = openRealSource(URL)
    await vi.waitUntil(() => source.status.value === 'connecting')
    expect(await next()).toBe('1')
  })

  test('that is too slow to answer is given up', async () => {
    const left = vi.fn()
    server.use(
      http.get(URL, async ({ request }) => {
        request.signal.addEventListener('abort', left)
        await delay('infinite')
      }),
    )
    const { until } = openRealSource(URL, { connectTimeout: 20, reconnectDelay: 10_000 })
    expect((await until('waiting')).error).toMatchObject({ code: 'timeout' })
    expect(left).toHaveBeenCalled()
  })

  test('of a wrong content type is asked once more, then not again', async () => {
    let asked = 0
    server.use(
      http.get(URL, () => {
        asked++
        return HttpResponse.html('<p>Sign in to this network</p>')
      }),
    )
    const { until, failures } = openRealSource(URL)
    expect(await until('closed')).toMatchObject({
      reason: 'failed',
      error: { code: 'content-type', status: 200 },
    })
    expect(asked).toBe(2)
    expect(failures).toEqual(['content-type', 'content-type'])
  })

  test('whose portal lets go is read', async () => {
    let isSignedIn = false
    server.use(
      http.get(URL, ({ request }): Response => {
        if (isSignedIn) return mockedStream(request, ({ send }) => send(message(1)))
        isSignedIn = true
        return HttpResponse.html('<p>Sign in to this network</p>')
      }),
    )
    const { next, failures } = openRealSource(URL)
    expect(await next()).toBe('1')
    expect(failures).toEqual(['content-type'])
  })

  test.each([404, 204])('that answers %i is left alone', async (status) => {
    let asked = 0
    server.use(
      http.get(URL, () => {
        asked++
        return new HttpResponse(null, { status })
      }),
    )
    const { until } = openRealSource(URL)
    const { reason } = await until('closed')
    expect(reason).toBe(status === 204 ? 'server' : 'failed')
    expect(asked).toBe(1)
  })

  test('sees that the client left', async () => {
    const { nextStream } = mockStreams()
    const { source, until } = openRealSource(URL)
    const { signal } = await nextStream()
    await until('open')
    source.close()
    expect(signal.aborted).toBe(true)
  })

  test('that never hears of an abort (an unwired stream) holds nobody up', async () => {
    let asked = 0
    server.use(
      http.get(URL, ({ request }) => {
        const id = ++asked
        return mockedStream(request, ({ send }) => send(message(id)), { wired: false })
      }),
    )
    const { source, next, until } = openRealSource(URL)
    expect(await next()).toBe('1')
    source.reconnect()
    expect(await next()).toBe('2')
    source.disconnect()
    source.connect()
    expect(await next()).toBe('3')
    source.close()
    await until('closed')
  })

  test('takes a POST with its body, and ends it', async () => {
    server.use(
      http.post(URL, async ({ request }) => {
        const { prompt } = (await request.clone().json()) as { prompt: string }
        return mockedStream(request, ({ send, end }) => {
          for (const token of prompt.split(' ')) send(`data: ${token}\n\n`)
          end()
        })
      }),
    )
    const { next, until } = openRealSource(URL, { body: { prompt: 'tell me why' } })
    expect([await next(), await next(), await next()]).toEqual(['tell', 'me', 'why'])
    expect(await until('closed')).toEqual({ status: 'closed', reason: 'server' })
  })
})
