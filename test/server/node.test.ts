/** The bridge between Node's requests and responses and the web's: what comes in, what goes out, and every way of leaving. */
import { once } from 'node:events'
import {
  Agent,
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  request as sendRequest,
} from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createGunzip, createGzip } from 'node:zlib'
import express from 'express'
import { toNodeHandler } from 'tidewire/node'
import { createHub, createSSEResponse, createSSEStream } from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openBody } from '../support/hub-reader.js'

const complaints = vi.spyOn(console, 'error')
beforeEach(() => {
  complaints.mockReset().mockImplementation(() => {})
})
afterEach(() => {
  expect(complaints.mock.calls.flat()).toEqual([])
})
function complained(): unknown[] {
  const said = complaints.mock.calls.flat()
  complaints.mockClear()
  return said
}

/** Within which who leaves is let go, in ms. */
const SOON = { timeout: 1000, interval: 5 }

/** A server on a free port, closed where the test ends. */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  })
  return (server.address() as AddressInfo).port
}

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string
  agent?: Agent
}

async function ask(
  port: number,
  path = '/',
  { body, ...sent }: Sent = {},
): Promise<IncomingMessage> {
  const request = sendRequest({ host: '127.0.0.1', port, path, agent: false, ...sent })
  request.end(body)
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.on('error', () => {})
  return response
}

/** A connection of which every byte is the test's. */
async function raw(port: number, bytes: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  socket.write(bytes)
  return socket
}

const say = (body: string | ReadableStream<Uint8Array> | null, init?: ResponseInit) => ({
  fetch: () => new Response(body, init),
})

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
          ends.push(await request.text().catch(({ message }: Error) => message))
          ends.push(request.signal.aborted)
          return new Response()
        },
      }),
    )
    const socket = await raw(port, 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nfour')
    await delay(20)
    socket.destroy()
    await vi.waitFor(() =>
      expect(ends).toEqual(['The reader left in the middle of its request.', true]),
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

describe('an answer', () => {
  test('has status, headers, and each cookie beside those of others', async () => {
    const headers = [
      ['x-a', '1'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'c=3; Expires=Wed, 09 Jun 2100 10:18:14 GMT'],
    ] as [string, string][]
    const handle = toNodeHandler(say('text', { status: 418, statusText: 'Teapot', headers }))
    const port = await serve((req, res) => {
      res.setHeader('set-cookie', 'a=1')
      res.setHeader('x-b', '2')
      handle(req, res)
    })
    const response = await ask(port)
    expect(response).toMatchObject({ statusCode: 418, statusMessage: 'Teapot' })
    expect(response.headers).toMatchObject({
      'x-a': '1',
      'x-b': '2',
      'set-cookie': ['a=1', 'b=2', 'c=3; Expires=Wed, 09 Jun 2100 10:18:14 GMT'],
    })
    expect(await text(response)).toBe('text')
  })

  test('without a body is complete', async () => {
    const response = await ask(await serve(toNodeHandler(say(null, { status: 204 }))))
    expect([response.statusCode, await text(response)]).toEqual([204, ''])
  })

  test('to HEAD has no body, and lets go of the one it would have had', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream<Uint8Array>({ cancel })
    const response = await ask(await serve(toNodeHandler(say(body))), '/', { method: 'HEAD' })
    expect([response.statusCode, await text(response)]).toEqual([200, ''])
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('begins before its body does', async () => {
    const response = await ask(
      await serve(toNodeHandler({ fetch: () => createSSEResponse(() => {}) })),
    )
    expect(response.headers['content-type']).toContain('text/event-stream')
    response.destroy()
  })

  test('gets through middleware that compresses, event by event', async () => {
    let send = (_text: string) => {}
    const hub = createHub()
    const prices = hub.channel('prices', { headers: { 'content-encoding': 'gzip' } }) as {
      send(event: { type: string; data: unknown }): unknown
    }
    const toHub = toNodeHandler(hub)
    const toStream = toNodeHandler({
      fetch: () =>
        createSSEResponse(
          (given) => {
            send = given
          },
          { headers: { 'content-encoding': 'gzip' } },
        ),
    })
    const port = await serve((req, res) => {
      const gzip = createGzip()
      const write = res.write.bind(res) as (chunk: Uint8Array) => boolean
      gzip.on('data', write)
      Object.assign(res, { write: gzip.write.bind(gzip), flush: () => gzip.flush() })
      ;(req.url?.startsWith('/hub') ? toHub : toStream)(req, res)
    })
    for (const [path, tell] of [
      ['/hub?channel=prices', () => prices.send({ type: 'price', data: 'tide' })],
      ['/stream', () => send('tide')],
    ] as const) {
      const response = await ask(port, path)
      let received = ''
      response
        .pipe(createGunzip())
        .on('error', () => {})
        .on('data', (chunk) => {
          received += chunk
        })
      await delay(10)
      tell()
      await vi.waitFor(() => expect(received).toContain('tide'))
      response.destroy()
    }
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })
})

describe('an error', () => {
  const failure = new Error('broken')
  const failing = {
    fetch: () => {
      throw failure
    },
  }

  test('is 500 and goes to the console', async () => {
    for (const hub of [failing, { fetch: () => Promise.reject(failure) }]) {
      const response = await ask(await serve(toNodeHandler(hub)))
      expect([response.statusCode, await text(response)]).toEqual([500, 'Internal Server Error'])
      expect(complained()).toEqual([failure])
    }
  })

  test('goes to next where there is one', async () => {
    const errors: unknown[] = []
    const caught: express.ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error)
      res.sendStatus(503)
    }
    const given = toNodeHandler({ fetch: () => new Response() }, () => {
      throw failure
    })
    const app = express().use('/hub', toNodeHandler(failing)).use('/given', given).use(caught)
    const port = await serve(app)
    for (const path of ['/hub', '/given'])
      expect((await ask(port, path)).resume().statusCode).toBe(503)
    expect(errors).toEqual([failure, failure])
  })

  test('in the middle of a body cuts it, so that it does not look complete', async () => {
    const errors: unknown[] = []
    const handle = toNodeHandler({
      fetch: () =>
        createSSEResponse(
          createSSEStream(async function* () {
            yield { data: 'before' }
            throw failure
          }),
        ),
    })
    const port = await serve((req, res) =>
      req.url === '/next' ? handle(req, res, (error) => errors.push(error)) : handle(req, res),
    )
    for (const path of ['/', '/next']) {
      const response = await ask(port, path)
      await expect(text(response)).rejects.toThrow('aborted')
    }
    expect(complained()).toEqual([failure])
    expect(errors).toEqual([failure])
  })
})

describe('a reader that leaves', () => {
  test('ends what is pulled for it, also while its connection is blocked', async () => {
    const chunk = new Uint8Array(16 * 1024)
    let pulled = 0
    const cancel = vi.fn()
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++
          controller.enqueue(chunk)
        },
        cancel,
      })
    const port = await serve(toNodeHandler({ fetch: () => new Response(body()) }))
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    socket.pause()
    let before = -1
    await vi.waitFor(
      () => {
        const still = pulled === before
        before = pulled
        expect(still && pulled > 0).toBe(true)
      },
      { interval: 100, timeout: 4000 },
    )
    expect(pulled).toBeLessThan(2000)
    socket.destroy()
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce(), SOON)
  })

  test('while the answer is made ends that, too', async () => {
    const cancel = vi.fn()
    let answer = (_response: Response) => {}
    const port = await serve(
      toNodeHandler({
        fetch: () =>
          new Promise<Response>((resolve) => {
            answer = resolve
          }),
      }),
    )
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await delay(20)
    socket.destroy()
    await delay(20)
    answer(new Response(new ReadableStream({ cancel })))
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce())
  })

  test('before the handler is reached never gets to it', async () => {
    const fetch = vi.fn(() => new Response())
    const handle = toNodeHandler({ fetch })
    let passed = 0
    const port = await serve(async (req, res) => {
      await once(res, 'close')
      handle(req, res)
      passed++
    })
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await delay(20)
    socket.destroy()
    await vi.waitFor(() => expect(passed).toBe(1))
    expect(fetch).not.toHaveBeenCalled()
  })

  test('while the hub asks who it is leaves nothing there', async () => {
    let know = (_id: null) => {}
    const hub = createHub({
      identify: () =>
        new Promise<null>((resolve) => {
          know = resolve
        }),
    })
    hub.channel('prices')
    const port = await serve(toNodeHandler(hub))
    const socket = await raw(port, 'GET /?channel=prices HTTP/1.1\r\nhost: a\r\n\r\n')
    await delay(20)
    socket.destroy()
    await delay(20)
    know(null)
    await delay(20)
    expect(hub.connectionCount).toBe(0)
    expect(hub.activeChannels).toEqual([])
  })

  test('has no more streams than answers: requests behind a stream wait for its end', async () => {
    const hub = createHub()
    hub.channel('prices')
    const port = await serve(toNodeHandler(hub))
    const body = JSON.stringify(openBody(['prices']))
    const one = `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const socket = await raw(port, one.repeat(10))
    await vi.waitFor(() => expect(hub.connectionCount).toBe(1))
    await delay(20)
    expect(hub.connectionCount).toBe(1)
    socket.destroy()
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })

  test('requests that wait behind a short answer have their turn', async () => {
    const port = await serve(
      toNodeHandler({ fetch: ({ url }) => new Response(new URL(url).pathname) }),
    )
    const socket = await raw(
      port,
      'GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    )
    expect((await text(socket)).match(/^\/\d/gm)).toEqual(['/1', '/2'])
  })
})

describe('a reader that does not read', () => {
  const stall = async (port: number) => {
    const socket = await raw(port, 'GET /?channel=prices HTTP/1.1\r\nhost: a\r\n\r\n')
    socket.pause()
    return socket
  }

  test('is cut at the backlog, and what was kept for it is freed', async () => {
    const facts: string[] = []
    const hub = createHub({
      limits: { backlog: 100_000 },
      onDiagnostic: ({ type, why }) => facts.push(`${type} ${why ?? ''}`),
    })
    hub.channel('prices', { replay: false })
    const socket = await stall(await serve(toNodeHandler(hub)))
    const ended = once(socket, 'close')
    await vi.waitFor(() => expect(hub.connectionCount).toBe(1))
    const data = 'x'.repeat(50_000)
    for (let sent = 0; hub.connectionCount > 0; sent++) {
      expect(sent).toBeLessThan(2000)
      void hub.to('prices').send('price', data)
      await delay(0)
    }
    expect(facts).toContain('closed slow')
    socket.resume()
    await ended
  })

  test('does not hold up the end of the hub, and has ten seconds for its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const hub = createHub({ limits: { backlog: 50_000_000 } })
    hub.channel('prices', { replay: false })
    const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = await stall((server.address() as AddressInfo).port)
    while (hub.connectionCount === 0) await turn()
    for (let sent = 0; sent < 200; sent++) {
      void hub.to('prices').send('price', 'x'.repeat(100_000))
      await turn()
    }
    await hub.close()
    expect(hub.connectionCount).toBe(0)
    await turn()
    expect(await connections(server)).toBe(1)
    await vi.advanceTimersByTimeAsync(10_000)
    while ((await connections(server)) > 0) await turn()
    server.close()
    socket.destroy()
  })

  const connections = (server: Server) => promisify(server.getConnections.bind(server))()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
})
