import type { ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openEventStream } from '../../src/event-stream/stream.js'
import { collectData } from '../support/answers.js'
import { settle } from '../support/fake-time.js'
import { type Handler, openStream, serve } from '../support/http-server.js'

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
