/**
 * A connection over a real network of one machine: what sockets do to it, and what it leaves of them. Time is real and delays are
 * short; nothing depends on how short.
 *
 * Over 250 lines because each way in which a network fails is a case of its own.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSource } from '../../src/channels/source.js'
import { bodyOf, type Handler, type HttpServer, openStream, serve } from '../support/http-server.js'
import { openRealSource } from '../support/real-source.js'

async function start(handler: Handler, port?: number): Promise<HttpServer> {
  const server = await serve(handler, port)
  onTestFinished(server.close)
  return server
}

const idOf = ({ headers }: IncomingMessage) => {
  const header = headers['last-event-id'] as string | undefined
  return header === undefined ? undefined : Buffer.from(header, 'latin1').toString('utf8')
}

/** A server whose streams the test writes: the newest response, as soon as there is one. */
async function startByHand() {
  let resolve = (_: ServerResponse) => {}
  let response = new Promise<ServerResponse>((given) => {
    resolve = given
  })
  const server = await start((_request, its) => resolve(its))
  return {
    server,
    async nextResponse(headers?: Record<string, string>) {
      const its = await response
      response = new Promise((given) => {
        resolve = given
      })
      openStream(its, headers)
      return its
    },
  }
}

/** Answers each request with the next of these; the last one answers all that follow. */
function inTurn(...handlers: Handler[]): Handler {
  let turn = 0
  return (request, response) => {
    const handler = handlers[Math.min(turn++, handlers.length - 1)]
    return handler?.(request, response)
  }
}

/** Writes, and resolves once it is out of this process. */
const write = (response: ServerResponse, chunk: string | Uint8Array) =>
  new Promise<void>((resolve) => void response.write(chunk, () => resolve()))

describe('a stream that stops', () => {
  const endings: [how: string, code: string, end: (response: ServerResponse) => void][] = [
    ['ends', 'ended', (response) => response.end()],
    ['is cut', 'network', (response) => response.destroy()],
    ['is reset', 'network', (response) => response.socket?.resetAndDestroy()],
  ]

  test.each(endings)('and %s is reopened where it was', async (_, code, end) => {
    const { server, nextResponse } = await startByHand()
    const { next, failures } = openRealSource(server.url)
    for (const id of ['1', '2', '3', '4']) {
      const response = await nextResponse()
      response.write(`id: ${id}\ndata: ${id}\n\n`)
      expect(await next()).toBe(id)
      end(response)
    }
    await nextResponse()
    expect(failures).toEqual([code, code, code, code])
    expect(server.requests.map(idOf)).toEqual([undefined, '1', '2', '3', '4'])
  })

  const text = 'id: 2\ndata: naïve 日本 🚀\n\n'
  const bytes = new TextEncoder().encode(`id: 1\ndata: one\n\n${text}`)
  const places: [where: string, length: number][] = [
    ['in the middle of an event', bytes.length - 6],
    ['between its last line and the blank one', bytes.length - 1],
    ['in the middle of a character', bytes.length - 4],
    ['in the middle of its id', bytes.length - new TextEncoder().encode(text).length + 4],
  ]
  test.each(places)('%s leaves nothing of that event, not even its id', async (_, length) => {
    const { server, nextResponse } = await startByHand()
    const { next, failures } = openRealSource(server.url)
    const first = await nextResponse()
    first.write(bytes.subarray(0, length))
    expect(await next()).toBe('one')
    first.destroy()
    const second = await nextResponse()
    second.write(text)
    expect(await next()).toBe('naïve 日本 🚀')
    expect(server.requests.map(idOf)).toEqual([undefined, '1'])
    expect(failures).toEqual(['network'])
  })

  test('but does not end (half-open) is replaced after its window', async () => {
    const server = await start(
      inTurn(
        (_request, response) => {
          openStream(response)
          response.write('id: 1\ndata: one\n\n')
        },
        (_request, response) => {
          openStream(response)
          response.write('id: 2\ndata: two\n\n')
        },
      ),
    )
    const { source, next, failures } = openRealSource(server.url, { heartbeatTimeout: 100 })
    expect([await next(), await next()]).toEqual(['one', 'two'])
    expect(failures[0]).toBe('silence')
    expect(server.requests.map(idOf).slice(0, 2)).toEqual([undefined, '1'])
    source.close()
    await server.quiet()
  })
})

describe('a request that gets no stream', () => {
  test('because nobody listens is repeated until somebody does, on the same port', async () => {
    const say =
      (word: string): Handler =>
      (_request, response) => {
        openStream(response)
        response.write(`id: ${word}\ndata: ${word}\n\n`)
      }
    const first = await start(say('before'))
    const { next, until, failures, source } = openRealSource(first.url)
    expect(await next()).toBe('before')
    await first.close()
    await until('waiting')
    while (failures.length < 5) await until('connecting').then(() => until('waiting'))

    const second = await start(say('after'), Number(new URL(first.url).port))
    expect(await next()).toBe('after')
    expect(second.requests.map(idOf)).toEqual(['before'])
    expect(new Set(failures)).toEqual(new Set(['network']))
    expect(source.error.peek()).toBeUndefined()
  })

  test('but 503 with Retry-After waits as long as that says', async () => {
    const server = await start((_request, response) => {
      response.writeHead(503, { 'retry-after': '100' }).end('busy')
    })
    const { until } = openRealSource(server.url)
    const { retryAt, error } = await until('waiting')
    expect(error).toMatchObject({ code: 'status', status: 503 })
    const wait = retryAt - Date.now()
    expect(wait).toBeGreaterThan(80_000)
    expect(wait).toBeLessThanOrEqual(125_000)
  })

  test('in time is given up, and its socket with it', async () => {
    const server = await start(() => {})
    const { until, source } = openRealSource(server.url, {
      connectTimeout: 50,
      reconnectDelay: 10_000,
    })
    expect((await until('waiting')).error).toMatchObject({ code: 'timeout' })
    await server.quiet()
    source.close()
  })

  test('but a page of another type leaves no socket behind', async () => {
    const server = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' })
      response.write('<p>never ends')
    })
    const { until } = openRealSource(server.url)
    expect((await until('closed')).error).toMatchObject({ code: 'content-type' })
    await server.quiet()
    expect(server.requests).toHaveLength(2)
  })

  test('but 401 is repeated with fresh credentials', async () => {
    let token = 'old'
    const server = await start(({ headers }, response) => {
      if (headers.authorization !== 'new') return void response.writeHead(401).end()
      openStream(response)
      response.write('data: welcome\n\n')
    })
    const { next, failures } = openRealSource(server.url, {
      headers: () => ({ authorization: token }),
      onUnauthorized: () => {
        token = 'new'
      },
    })
    expect(await next()).toBe('welcome')
    expect(failures).toEqual([])
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new'])
  })
})

describe('a compressed stream', () => {
  test('is read as it comes, and reopened where it broke', async () => {
    const { server, nextResponse } = await startByHand()
    const { next, source } = openRealSource(server.url)
    for (const id of ['1', '2', '3']) {
      const response = await nextResponse({ 'content-encoding': 'gzip' })
      const gzip = createGzip()
      gzip.pipe(response)
      gzip.write(`id: ${id}\ndata: ${id}\n\n`)
      gzip.flush()
      expect(await next()).toBe(id)
      gzip.write('id: 9\ndata: cut')
      gzip.flush(() => response.destroy())
    }
    await nextResponse()
    expect(server.requests.map(idOf)).toEqual([undefined, '1', '2', '3'])
    source.close()
    await server.quiet()
  })
})

describe('a redirect', () => {
  const body = { question: 'why?' }

  test.each([307, 308])('%i takes a POST along with its body and cursor', async (status) => {
    const asked: string[] = []
    const server = await start(async (request, response) => {
      if (request.url === '/old') return void response.writeHead(status, { location: '/new' }).end()
      asked.push(`${request.method} ${request.url} ${idOf(request)} ${await bodyOf(request)}`)
      openStream(response)
      response.end('data: because\n\n')
    })
    const { next, until } = openRealSource(`${server.url}/old`, { body, lastEventId: '7' })
    expect(await next()).toBe('because')
    expect(await until('closed')).toEqual({ status: 'closed', reason: 'server' })
    expect(asked).toEqual(['POST /new 7 {"question":"why?"}'])
  })

  test('303 makes a GET of a POST, as the platform says, and its stream is read', async () => {
    const server = await start((request, response) => {
      if (request.url === '/ask')
        return void response.writeHead(303, { location: '/answers/1' }).end()
      openStream(response)
      response.end('data: because\n\n')
    })
    const { next } = openRealSource(`${server.url}/ask`, { body })
    expect(await next()).toBe('because')
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /ask',
      'GET /answers/1',
    ])
  })

  test('is asked for again at each attempt, since it may lead elsewhere', async () => {
    let to = 'a'
    const server = await start((request, response) => {
      if (request.url === '/') return void response.writeHead(302, { location: to }).end()
      to = 'b'
      openStream(response)
      response.end(`data: ${request.url}\n\n`)
    })
    const { next } = openRealSource(server.url)
    expect([await next(), await next()]).toEqual(['/a', '/b'])
  })

  test('that never ends is a failure like another', async () => {
    const server = await start((_request, response) => {
      response.writeHead(302, { location: '/' }).end()
    })
    const { until } = openRealSource(server.url, { reconnectDelay: 10_000 })
    expect((await until('waiting')).error).toMatchObject({ code: 'network' })
  })
})

describe('after close() no socket is left', () => {
  const answers: [when: string, Handler][] = [
    ['before the headers', () => {}],
    ['on an open stream', (_request, response) => openStream(response)],
    [
      'on a stream in the middle of an event',
      (_request, response) => {
        openStream(response)
        response.write('id: 1\ndata: ')
      },
    ],
    [
      'on a stream that never stops',
      (_request, response) => {
        openStream(response)
        const more = () => {
          while (response.write('data: more\n\n'.repeat(1000)));
          response.once('drain', more)
        }
        more()
        response.once('close', () => response.removeListener('drain', more))
      },
    ],
  ]
  test.each(answers)('%s', async (_, handler) => {
    let requested = () => {}
    const request = new Promise<void>((resolve) => {
      requested = resolve
    })
    const server = await start((request, response) => {
      handler(request, response)
      requested()
    })
    const { source } = openRealSource(server.url)
    await request
    source.close()
    await server.quiet()
    expect(server.requests).toHaveLength(1)
  })

  test('nor after a hundred reconnects is there more than one', async () => {
    const server = await start((_request, response) => {
      openStream(response)
      response.write('data: x\n\n')
    })
    const { source, next } = openRealSource(server.url)
    for (let n = 0; n < 100; n++) {
      await next()
      source.reconnect()
    }
    await next()
    source.close()
    await server.quiet()
    expect(server.requests).toHaveLength(101)
  })
})

test('over 50 random cuts of a replaying endpoint nothing is lost and nothing doubled', async () => {
  const log = Array.from({ length: 1000 }, (_, n) => `${n + 1}`)
  const cut = fc.record({
    after: fc.integer({ min: 0, max: 250 }),
    how: fc.constantFrom('end', 'destroy', 'reset'),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { minLength: 50, maxLength: 50 }), async (cuts) => {
      const left = [...cuts]
      const server = await serve(async (request, response) => {
        openStream(response)
        const rest = log.slice(Number(idOf(request) ?? 0))
        const bytes = Buffer.from(rest.map((id) => `id: ${id}\ndata: é ${id}\n\n`).join(''))
        const next = left.shift()
        if (!next) return void response.write(bytes)
        await write(response, bytes.subarray(0, next.after))
        if (next.how === 'end') response.end()
        else if (next.how === 'destroy') response.destroy()
        else response.socket?.resetAndDestroy()
      })
      const source = createSource(server.url, { reconnectDelay: 0, maxReconnectDelay: 0 })
      try {
        const heard: unknown[] = []
        for await (const { data } of source) {
          heard.push(data)
          if (data === `é ${log.length}`) break
        }
        expect(left).toEqual([])
        expect(heard).toEqual(log.map((id) => `é ${id}`))
      } finally {
        source.close()
        await server.close()
      }
    }),
    { numRuns: 4 },
  )
}, 60_000)
