import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openEventStream } from '../../src/event-stream/stream.js'
import { settle } from '../support/fake-time.js'
import { bodyOf, type Handler, openStream, serve } from '../support/http-server.js'

async function start(handler: Handler) {
  const server = await serve(handler)
  onTestFinished(server.close)
  return server
}

/** A stream and the server's half of it. */
async function connect(init?: RequestInit) {
  let response: ServerResponse | undefined
  const server = await start((_request, its) => {
    response = its
    openStream(its)
  })
  const stream = await openEventStream(`${server.url}/events`, init)
  return { server, stream, response: response! }
}

async function collectData(stream: AsyncIterable<{ data: string }>): Promise<string[]> {
  const all: string[] = []
  for await (const { data } of stream) all.push(data)
  return all
}

describe('a stream on the wire', () => {
  it('brings event after event as they are sent', async () => {
    const { response, stream } = await connect()
    const events = stream[Symbol.asyncIterator]()
    response.write('id: 1\ndata: a\n\n')
    expect((await events.next()).value).toEqual({ type: 'message', data: 'a', lastEventId: '1' })
    response.write('event: tick\ndata: b\n\n')
    expect((await events.next()).value).toEqual({ type: 'tick', data: 'b', lastEventId: '1' })
    response.end('data: c\n\n')
    expect((await events.next()).value).toMatchObject({ data: 'c' })
    expect((await events.next()).done).toBe(true)
  })

  it('is asked for with the bytes of its last event ID', async () => {
    const server = await start((_request, response) => {
      openStream(response)
      response.end()
    })
    await collectData(await openEventStream(server.url, { lastEventId: 'é漢😀' }))
    const [request] = server.requests
    expect(request?.headers.accept).toBe('text/event-stream')
    const header = request?.headers['last-event-id'] as string
    expect(Buffer.from(header, 'latin1').toString('utf8')).toBe('é漢😀')
  })

  it('ends without the event that was under way', async () => {
    const { response, stream } = await connect()
    response.end('data: a\n\nid: 9\ndata: b\ndata: c')
    const all = []
    for await (const batch of stream.batches()) all.push(batch)
    expect(all.flatMap(({ events }) => events.map(({ data }) => data))).toEqual(['a'])
    expect(all.at(-1)?.lastEventId).toBe('')
  })

  const cuts: [string, (response: ServerResponse) => void][] = [
    ['cut', (response) => response.socket?.destroy()],
    ['reset', (response) => response.socket?.resetAndDestroy()],
  ]
  for (const [how, end] of cuts)
    it.each([
      ['between events', Buffer.from('data: a\n\n')],
      ['in an event', Buffer.from('data: a\n\ndata: b\n')],
      ['in a line end', Buffer.from('data: a\n\ndata: b\r')],
      ['in a character', Buffer.from('data: a\n\ndata: 漢').subarray(0, -1)],
    ])(`${how} %s throws behind the events before`, async (_where, bytes) => {
      const { response, server, stream } = await connect()
      const events = stream[Symbol.asyncIterator]()
      response.write(bytes)
      expect((await events.next()).value).toMatchObject({ data: 'a' })
      end(response)
      await expect(events.next()).rejects.toMatchObject({
        code: 'network',
        retryable: true,
        message: expect.stringContaining(`${server.url}/events`),
        cause: expect.any(Error),
      })
      await server.quiet()
    })

  it('is read as it comes out of gzip', async () => {
    let gzip: ReturnType<typeof createGzip> | undefined
    const server = await start((_request, response) => {
      openStream(response, { 'content-encoding': 'gzip' })
      gzip = createGzip()
      gzip.pipe(response)
      gzip.write('data: a\n\n')
      gzip.flush()
    })
    const stream = await openEventStream(server.url)
    const events = stream[Symbol.asyncIterator]()
    expect((await events.next()).value).toMatchObject({ data: 'a' })
    gzip?.end('data: b\n\n')
    expect((await events.next()).value).toMatchObject({ data: 'b' })
    expect((await events.next()).done).toBe(true)
  })

  it('of many events arrives whole and in order', async () => {
    const { response, stream } = await connect()
    const count = 20_000
    let text = ''
    for (let index = 0; index < count; index++) text += `id: ${index}\r\ndata: ${index}\r\n\r\n`
    response.end(text)
    const data = await collectData(stream)
    expect(data).toHaveLength(count)
    expect(data.every((value, index) => value === String(index))).toBe(true)
  })
})

describe('the server sees the connection close', () => {
  it('at cancel, while nothing comes', async () => {
    const { server, stream } = await connect()
    const reading = collectData(stream)
    await settle()
    expect(server.open).toBe(1)
    await stream.cancel()
    expect(await reading).toEqual([])
    await server.quiet()
  })

  it('at cancel, before anything is read', async () => {
    const { server, stream } = await connect()
    await stream.cancel()
    await server.quiet()
  })

  it("at the caller's abort, while nothing comes", async () => {
    const controller = new AbortController()
    const { server, stream } = await connect({ signal: controller.signal })
    const reading = collectData(stream)
    controller.abort(new Error('mine'))
    await expect(reading).rejects.toThrow('mine')
    await server.quiet()
  })

  it("at the caller's abort, before the headers", async () => {
    const controller = new AbortController()
    const server = await start(() => controller.abort(new Error('mine')))
    await expect(openEventStream(server.url, { signal: controller.signal })).rejects.toThrow('mine')
    await server.quiet()
  })

  it('at break', async () => {
    const { response, server, stream } = await connect()
    response.write('data: a\n\ndata: b\n\n')
    for await (const _event of stream) break
    await server.quiet()
  })

  it('when the answer is refused and its body goes on', async () => {
    for (const [status, type] of [
      [500, 'text/event-stream'],
      [200, 'text/html'],
    ] as const) {
      const server = await start((_request, response) => {
        response.writeHead(status, { 'content-type': type })
        response.write('data: endless\n\n')
      })
      await expect(openEventStream(server.url)).rejects.toMatchObject({ status })
      await server.quiet()
    }
  })

  it('when it stops in the middle: nothing but the client ends that', async () => {
    const { response, server, stream } = await connect()
    response.write('data: a\n\ndata: b')
    const events = stream[Symbol.asyncIterator]()
    await events.next()
    // As a machine that lost its power: the socket stays, and neither end hears of it.
    response.socket?.pause()
    const pending = events.next()
    await settle()
    await stream.cancel()
    expect(await pending).toEqual({ done: true, value: undefined })
    response.socket?.resume()
    await server.quiet()
  })
})

describe('redirects', () => {
  /** Redirects /old to /new, which says what it was asked. */
  async function redirecting(status: number) {
    return start(async (request: IncomingMessage, response) => {
      const body = await bodyOf(request)
      if (request.url === '/old') response.writeHead(status, { location: '/new' }).end()
      else {
        openStream(response)
        response.end(
          `data: ${request.method} ${request.headers['x-mine']} ${body || 'nothing'}\n\n`,
        )
      }
    })
  }

  it.each([
    [301, 'GET 1 nothing'],
    [302, 'GET 1 nothing'],
    [303, 'GET 1 nothing'],
    [307, 'POST 1 question'],
    [308, 'POST 1 question'],
  ])('a POST after %i arrives as %s', async (status, data) => {
    const server = await redirecting(status)
    const init = { method: 'POST', body: 'question', headers: { 'x-mine': '1' } }
    const stream = await openEventStream(`${server.url}/old`, init)
    expect(stream.response.url).toBe(`${server.url}/new`)
    expect(await collectData(stream)).toEqual([data])
  })

  it('an error names the address at their end', async () => {
    const server = await start((request, response) => {
      if (request.url === '/old') response.writeHead(302, { location: '/login' }).end()
      else response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Sign in</h1>')
    })
    await expect(openEventStream(`${server.url}/old`)).rejects.toThrow(
      `${server.url}/login answered 200 "text/html"`,
    )
  })
})

describe('the head of the answer', () => {
  it.each([
    [['text/event-stream'], true],
    [['text/event-stream;charset=utf-8'], true],
    [['TEXT/EVENT-STREAM; charset=latin1'], true],
    [['text/html', 'text/event-stream'], true],
    [['text/event-stream', 'text/html'], false],
    [['text/event-streamfoo'], false],
    [['text/plain'], false],
    [['application/json'], false],
    [[], false],
  ])('with the content types %j is an event stream: %s', async (types, is) => {
    const server = await start((_request, response) => {
      // Whatever the charset says, the text is UTF-8.
      response.setHeader('content-type', types).end('data: é\n\n')
    })
    const reading = openEventStream(server.url).then(collectData)
    if (is) expect(await reading).toEqual(['é'])
    else await expect(reading).rejects.toMatchObject({ code: 'content-type', status: 200 })
    await server.quiet()
  })

  it.each([
    [200, undefined],
    [201, 'status'],
    [204, 'status'],
    [400, 'status'],
    [401, 'unauthorized'],
    [404, 'status'],
    [429, 'status'],
    [500, 'status'],
    [503, 'status'],
  ])('with status %i is refused with code %s', async (status, code) => {
    const server = await start((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/event-stream', 'retry-after': '4' })
      response.end(status === 204 ? undefined : 'data: a\n\n')
    })
    const reading = openEventStream(server.url).then(collectData)
    if (!code) expect(await reading).toEqual(['a'])
    else {
      const error = await reading.catch((thrown) => thrown)
      expect(error).toMatchObject({ code, status })
      expect(error.headers.get('retry-after')).toBe('4')
    }
    await server.quiet()
  })

  it('that never comes, since nobody listens, is a ConnectionError', async () => {
    const server = await start(() => {})
    await server.close()
    await expect(openEventStream(server.url)).rejects.toMatchObject({
      code: 'network',
      message: expect.stringContaining(`No response from ${server.url}/`),
    })
  })
})
