import type { IncomingMessage } from 'node:http'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openEventStream } from '../../src/event-stream/stream.js'
import { collectData } from '../support/answers.js'
import { bodyOf, type Handler, openStream, serve } from '../support/http-server.js'

async function start(handler: Handler) {
  const server = await serve(handler)
  onTestFinished(server.close)
  return server
}

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
