/** What comes in through the bridge: URL, headers, body and signal of a request of Node's. */
import { once } from 'node:events'
import { Agent, type IncomingMessage } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import express from 'express'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { ask, raw, SOON, serve } from '../support/node-wire.js'

watchComplaints()

describe('a request', () => {
  const echo = toNodeHandler({
    async fetch(request) {
      const { method, url, headers } = request
      return Response.json({ method, url, headers: [...headers], body: await request.text() })
    },
  })
  const told = async (response: IncomingMessage) => JSON.parse(await text(response))

  test('has method, URL, headers and body', async () => {
    const port = await serve(echo)
    const headers = { host: 'app.test:81', 'x-a': 'b', cookie: 'a=1; b=2', 'content-length': '4' }
    expect(await told(await ask(port, '/x?y=z', { method: 'PUT', headers, body: 'body' }))).toEqual(
      {
        method: 'PUT',
        url: 'http://app.test:81/x?y=z',
        headers: expect.arrayContaining([
          ['cookie', 'a=1; b=2'],
          ['host', 'app.test:81'],
          ['x-a', 'b'],
        ]),
        body: 'body',
      },
    )
  })

  test('has the URL before a router cut it', async () => {
    const inner = express().use('/b', echo)
    const port = await serve(express().use('/a', inner))
    expect((await told(await ask(port, '/a/b/c?d'))).url).toBe(`http://127.0.0.1:${port}/a/b/c?d`)
  })

  test.each([
    ['//elsewhere.test/x', 'http://app.test//elsewhere.test/x'],
    ['/\\elsewhere.test/x', 'http://app.test//elsewhere.test/x'],
    ['http://other.test/x', 'http://other.test/x'],
    ['*', 'http://app.test/'],
  ])('for %s is for %s', async (target, url) => {
    const port = await serve(echo)
    const socket = await raw(
      port,
      `OPTIONS ${target} HTTP/1.1\r\nhost: app.test\r\nconnection: close\r\n\r\n`,
    )
    expect(await text(socket)).toContain(`"url":"${url}"`)
  })

  test.each(['a/b', 'a@b', 'a b', 'a?b', '[', 'a:b'])(
    'with the host %s is refused',
    async (host) => {
      const port = await serve(echo)
      const response = await ask(port, '/', { headers: { host } })
      expect([response.statusCode, await text(response)]).toEqual([
        400,
        'The Host header or the target is malformed.',
      ])
    },
  )

  test('of a method that the web forbids is refused', async () => {
    const response = await ask(await serve(echo), '/', { method: 'TRACE' })
    expect(response.resume().statusCode).toBe(405)
  })

  test('of another such method, which only HTTP/2 lets through, is refused', async () => {
    const server = createHttp2Server(toNodeHandler({ fetch: () => new Response('no') }))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const [headers] = await once(client.request({ ':method': 'TRACK' }), 'response')
    expect(headers).toMatchObject({ ':status': 405 })
    client.destroy()
    await new Promise((resolve) => server.close(resolve))
  })

  const parsers = {
    json: express.json(),
    text: express.text({ type: '*/*' }),
    raw: express.raw({ type: '*/*' }),
  }
  test.each(Object.entries(parsers))('has the body that express.%s() read', async (_, parser) => {
    const port = await serve(express().use(parser).use(echo))
    const sent = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{ "a": 1 }',
    }
    const { body, headers } = await told(await ask(port, '/', sent))
    expect(JSON.parse(body)).toEqual({ a: 1 })
    expect(new Headers(headers).get('content-type')).toBe('application/json')
    expect(new Headers(headers).has('content-length')).toBe(false)
  })

  test('that was a form stays one, which a hub does not take', async () => {
    const hub = createHub()
    hub.channel('prices')
    const form = express.urlencoded({ extended: true })
    const port = await serve(express().use(form).use(toNodeHandler(hub)))
    const response = await ask(port, '/', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'v=1&rev=1&channels[0][name]=prices',
    })
    expect([response.statusCode, await text(response)]).toEqual([
      400,
      expect.stringContaining('Send JSON'),
    ])
    expect(hub.connectionCount).toBe(0)
  })

  test('whose body somebody read and kept goes to the error handling, which is told why', async () => {
    const eat: express.Handler = (req, _res, next) => void req.resume().on('end', () => next())
    const errors: unknown[] = []
    const caught: express.ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error.message)
      res.sendStatus(500)
    }
    const port = await serve(express().use(eat).use(echo).use(caught))
    const response = await ask(port, '/', { method: 'POST', body: 'x' })
    expect(response.resume().statusCode).toBe(500)
    expect(errors).toEqual([
      expect.stringMatching(/was read before, and req.body does not have it/),
    ])
  })

  test('of which only a part is wanted leaves the connection usable', async () => {
    const port = await serve(
      toNodeHandler({
        async fetch(request) {
          const reader = request.body?.getReader()
          await reader?.read()
          await reader?.cancel()
          return new Response('enough', { status: 413 })
        },
      }),
    )
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    onTestFinished(() => agent.destroy())
    for (let time = 0; time < 3; time++) {
      const response = await ask(port, '/', { method: 'POST', body: 'x'.repeat(1e6), agent })
      expect([response.statusCode, await text(response)]).toEqual([413, 'enough'])
    }
  })

  test('that breaks off in the middle of its body ends it', async () => {
    const ends: unknown[] = []
    const port = await serve(
      toNodeHandler({
        async fetch(request) {
          ends.push('came')
          ends.push(await request.text().catch(({ message }: Error) => message))
          ends.push(request.signal.aborted)
          return new Response()
        },
      }),
    )
    const socket = await raw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nfour')
    await vi.waitFor(() => expect(ends).toEqual(['came']), SOON)
    socket.destroy()
    await vi.waitFor(
      () => expect(ends).toEqual(['came', 'The reader left in the middle of its request.', true]),
      SOON,
    )
  })

  test('has a signal that aborts though nobody holds the request, and not after a full answer', async () => {
    setFlagsFromString('--expose-gc')
    const collect: () => void = runInNewContext('gc')
    const aborted: string[] = []
    let hasCome = () => {}
    const came = new Promise<void>((resolve) => {
      hasCome = resolve
    })
    const port = await serve(
      toNodeHandler({
        fetch({ url, signal }) {
          const { pathname } = new URL(url)
          signal.addEventListener('abort', () => aborted.push(pathname))
          if (pathname === '/full') return new Response('all')
          hasCome()
          return new Promise(() => {})
        },
      }),
    )
    expect(await text(await ask(port, '/full'))).toBe('all')
    const socket = await raw(port, 'GET /waits HTTP/1.1\r\nhost: a\r\n\r\n')
    await came
    for (let time = 0; time < 5; time++) {
      await delay(5)
      collect()
    }
    socket.destroy()
    await vi.waitFor(() => expect(aborted).toEqual(['/waits']), SOON)
  })

  test('over HTTP/2 has its pseudo headers as a URL', async () => {
    const server = createHttp2Server(
      toNodeHandler({
        fetch: ({ url, headers }) =>
          Response.json(
            [url, headers.get('cookie'), [...headers.keys()].some((name) => name[0] === ':')],
            {
              headers: { connection: 'close', 'keep-alive': 'timeout=5', upgrade: 'h3' },
              statusText: 'Fine',
            },
          ),
      }),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const stream = client.request({
      ':path': '/p?q',
      ':authority': 'app.test',
      cookie: ['a=1', 'b=2'],
    })
    const [headers] = await once(stream, 'response')
    expect(headers).toMatchObject({ ':status': 200 })
    expect(JSON.parse(await text(stream))).toEqual(['http://app.test/p?q', 'a=1; b=2', false])
    client.close()
    await new Promise((resolve) => server.close(resolve))
  })
})
