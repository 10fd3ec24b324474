/** The fault harness's network: each fault does what it says, to the client, to the server, and to nobody else. */
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type Break,
  type Clock,
  createNetwork,
  createScriptedEndpoint,
  type Faults,
  installClock,
  type Network,
  noContent,
  type ScriptedEndpoint,
  type ScriptedExchange,
  settle,
  tooManyRequests,
  unauthorized,
  unavailable,
  watchSignalListeners,
  wrongContentType,
} from '../support/faults/index.js'

interface Client {
  readonly response: Promise<Response>
  /** What `fetch` rejected with. */
  readonly rejected: unknown
  /** What came, a read each. */
  readonly pieces: string[]
  /** 'end', or what the read failed with. */
  readonly ended: unknown
  leave(): void
}

interface World {
  readonly clock: Clock
  readonly endpoint: ScriptedEndpoint
  readonly network: Network
  ask(init?: RequestInit): Client
  /** A client that reads, and the server's half of it. */
  opened(faults?: Faults): Promise<{ client: Client; server: ScriptedExchange }>
}

/** Time is fake, and nothing may be left of it when the test ends. */
function world(faults?: Network['faults']): World {
  const clock = installClock(0)
  const listeners = watchSignalListeners()
  const endpoint = createScriptedEndpoint()
  const network = createNetwork(endpoint.fetch, faults)
  const clients: Client[] = []
  onTestFinished(async () => {
    for (const client of clients) client.leave()
    network.break('reset')
    await settle()
    expect(network.exchanges).toEqual([])
    expect(endpoint.live).toEqual([])
    expect(listeners.count).toBe(0)
    expect(clock.pending).toBe(0)
    listeners.restore()
    clock.restore()
  })

  function ask(init?: RequestInit): Client {
    const leaver = new AbortController()
    const pieces: string[] = []
    let rejected: unknown
    let ended: unknown
    const response = network.fetch(
      new Request('https://a.example/events', { ...init, signal: leaver.signal }),
    )
    const read = async () => {
      const reader = (await response).body?.getReader()
      try {
        for (;;) {
          const { done, value } = (await reader?.read()) ?? { done: true }
          if (done) break
          pieces.push(new TextDecoder().decode(value))
        }
        ended = 'end'
      } catch (error) {
        ended = error
      }
    }
    read().catch((error) => {
      rejected = error
    })
    const client: Client = {
      response,
      get rejected() {
        return rejected
      },
      pieces,
      get ended() {
        return ended
      },
      leave: () => leaver.abort(),
    }
    clients.push(client)
    return client
  }

  return {
    clock,
    endpoint,
    network,
    ask,
    async opened(faults) {
      if (faults) network.next(faults)
      const client = ask()
      const server = (await endpoint.next()).open()
      await settle()
      return { client, server }
    },
  }
}

describe('without a fault', () => {
  test('the response is the server’s, byte by byte and to its end', async () => {
    const { opened, network } = world()
    const { client, server } = await opened()
    expect((await client.response).headers.get('content-type')).toBe('text/event-stream')
    server.send('one').send('two')
    await settle()
    expect(network.open.map(({ bytes }) => bytes)).toEqual([6])
    server.end()
    await settle()
    expect(client.pieces).toEqual(['one', 'two'])
    expect(client.ended).toBe('end')
    expect(network.exchanges).toEqual([])
  })

  test('an answer without a body is the server’s, too', async () => {
    const { ask, endpoint, network } = world()
    const client = ask()
    ;(await endpoint.next()).respond(403, { 'x-why': 'because' })
    const response = await client.response
    expect([response.status, response.headers.get('x-why'), response.body]).toEqual([
      403,
      'because',
      null,
    ])
    expect(network.exchanges).toEqual([])
  })

  test('the server gets the request whole', async () => {
    const { ask, endpoint } = world()
    ask({ method: 'POST', body: 'a prompt', headers: { authorization: 'Bearer x' } })
    const { request } = await endpoint.next()
    expect([
      request.method,
      request.url,
      request.headers.get('authorization'),
      await request.text(),
    ]).toEqual(['POST', 'https://a.example/events', 'Bearer x', 'a prompt'])
  })

  test('the server is told that the client left, before its answer and after it', async () => {
    const { ask, opened, endpoint, network } = world()
    const early = ask()
    const asked = await endpoint.next()
    early.leave()
    await settle()
    expect(early.rejected).toMatchObject({ name: 'AbortError' })
    expect(asked.isAborted).toBe(true)

    const { client, server } = await opened()
    client.leave()
    await settle()
    expect(client.ended).toMatchObject({ name: 'AbortError' })
    expect(server.isAborted).toBe(true)
    expect(network.exchanges).toEqual([])
  })

  test('a reader that cancels is one that left', async () => {
    const { network, endpoint } = world()
    const asking = network.fetch(new Request('https://a.example/'))
    const server = (await endpoint.next()).open()
    await (await asking).body?.cancel()
    await settle()
    expect(server.isAborted).toBe(true)
  })

  test('a client that reads slowly slows the server down', async () => {
    const { network, endpoint } = world()
    let pulled = 0
    network.server = async () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            pulled++
            controller.enqueue(new Uint8Array(1024))
          },
        }),
      )
    const response = await network.fetch(new Request('https://a.example/'))
    await settle()
    expect(pulled).toBeGreaterThanOrEqual(64)
    expect(pulled).toBeLessThan(70)
    await response.body?.cancel()
    expect(endpoint.exchanges).toEqual([])
  })

  test('who has left already asks nobody', async () => {
    const { network, endpoint } = world()
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(network.fetch(new Request('https://a.example/', { signal }))).rejects.toThrow(
      'gone',
    )
    expect(endpoint.exchanges).toEqual([])
  })

  test('what the server’s fetch rejects with is an error of the network', async () => {
    const { network } = world()
    network.server = () => Promise.reject(new Error('ECONNRESET'))
    await expect(network.fetch(new Request('https://a.example/'))).rejects.toThrow(TypeError)
  })
})

describe('an exchange that goes wrong from the start', () => {
  test('refused, the server is not asked', async () => {
    const { ask, network, endpoint } = world()
    network.next({ refuse: true })
    const client = ask()
    await settle()
    expect(client.rejected).toBeInstanceOf(TypeError)
    expect(endpoint.exchanges).toEqual([])
  })

  test('in a black hole it stays until the client gives up', async () => {
    const { ask, network, endpoint, clock } = world({ hang: true })
    const client = ask()
    await clock.advance(3_600_000)
    expect([client.rejected, endpoint.exchanges, network.exchanges.length]).toEqual([
      undefined,
      [],
      1,
    ])
    client.leave()
    await settle()
    expect(client.rejected).toMatchObject({ name: 'AbortError' })
  })

  test('delayed, it arrives later', async () => {
    const { ask, network, endpoint, clock } = world()
    network.next({ delay: 300 })
    ask()
    await clock.advance(299)
    expect(endpoint.exchanges).toHaveLength(0)
    await clock.advance(1)
    expect(endpoint.exchanges).toHaveLength(1)
  })

  test('delayed and given up, it never arrives', async () => {
    const { ask, network, endpoint, clock } = world()
    network.next({ delay: 300 })
    ask().leave()
    await clock.advance(1000)
    expect(endpoint.exchanges).toHaveLength(0)
  })

  test.each<[string, Faults, number, string | null]>([
    ['401', unauthorized, 401, null],
    ['204', noContent, 204, null],
    ['429', tooManyRequests(7), 429, '7'],
    ['503', unavailable(2), 503, '2'],
    ['another content type', wrongContentType, 200, null],
  ])('answered with %s, the server is not asked', async (_, faults, status, retryAfter) => {
    const { network, endpoint } = world()
    network.next(faults)
    const response = await network.fetch(new Request('https://a.example/'))
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter])
    if (faults === wrongContentType) {
      expect(response.headers.get('content-type')).toBe('text/html')
      expect(await response.text()).toContain('Welcome')
    }
    expect(endpoint.exchanges).toEqual([])
  })
})

describe('who is concerned', () => {
  test('faults wait in a queue, one for each request; then those that always hold', async () => {
    const { network } = world(unauthorized)
    network.next(unavailable(1), tooManyRequests(1))
    const statuses: number[] = []
    for (let count = 0; count < 3; count++)
      statuses.push((await network.fetch(new Request('https://a.example/'))).status)
    expect(statuses).toEqual([503, 429, 401])
    network.next(noContent)
    network.clear()
    expect((await network.fetch(new Request('https://a.example/'))).status).toBe(401)
    expect(network.requests).toBe(4)
  })

  test('what was planned can be called off', async () => {
    const { opened, ask, endpoint, network } = world({ breakAfter: { bytes: 3, how: 'drop' } })
    const { client, server } = await opened()
    const asking = ask()
    network.clear()
    const late = (await endpoint.next()).open()
    await asking.response
    server.send('abcdef')
    late.send('abcdef')
    await settle()
    expect([client.pieces, asking.pieces]).toEqual([['abcdef'], ['abcdef']])
  })

  test('a function may look at the request', async () => {
    const { ask, endpoint } = world(({ method }) => (method === 'POST' ? unauthorized : undefined))
    expect((await ask({ method: 'POST' }).response).status).toBe(401)
    ask()
    expect((await endpoint.next()).request.method).toBe('GET')
  })

  test('one exchange is broken and the other goes on', async () => {
    const { opened, network } = world()
    const first = await opened()
    const second = await opened()
    network.open[0]?.break('drop')
    second.server.send('still here')
    await settle()
    expect(first.client.ended).toBeInstanceOf(TypeError)
    expect(second.client.pieces).toEqual(['still here'])
  })
})

describe('on its way', () => {
  test('split, a body is read in pieces of these lengths, in turn', async () => {
    const { opened } = world()
    const { client, server } = await opened({ split: [1, 3] })
    server.send('abcdefgh').send('ij')
    await settle()
    expect(client.pieces).toEqual(['a', 'bcd', 'e', 'fgh', 'i', 'j'])
  })

  test('late, each piece comes so much later, and so does the end', async () => {
    const { opened, clock } = world()
    const { client, server } = await opened({ latency: 100 })
    server.send('one')
    await clock.advance(60)
    server.send('two').end()
    await clock.advance(40)
    expect(client.pieces).toEqual(['one'])
    await clock.advance(59)
    expect([client.pieces, client.ended]).toEqual([['one'], undefined])
    await clock.advance(1)
    expect([client.pieces, client.ended]).toEqual([['one', 'two'], 'end'])
  })

  test('dripping, it comes in drops', async () => {
    const { opened, clock } = world()
    const { client, server } = await opened({ drip: { bytes: 2, every: 1000 } })
    server.send('abcde')
    await settle()
    expect(client.pieces).toEqual(['ab'])
    await clock.advance(1000)
    expect(client.pieces).toEqual(['ab', 'cd'])
    await clock.advance(1000)
    expect(client.pieces).toEqual(['ab', 'cd', 'e'])
  })
})

const broken: Record<Break, (client: Client) => void> = {
  drop: ({ ended }) => expect(ended).toBeInstanceOf(TypeError),
  reset: ({ ended }) => expect(ended).toBeInstanceOf(TypeError),
  end: ({ ended }) => expect(ended).toBe('end'),
  stall: ({ ended }) => expect(ended).toBeUndefined(),
  'half-open': ({ ended }) => expect(ended).toBeUndefined(),
}
const breaks = Object.keys(broken) as Break[]
const isEnd = (how: Break) => how !== 'stall' && how !== 'half-open'

describe.each(breaks)('%s', (how) => {
  test('in the middle of a body', async () => {
    const { opened, network } = world()
    const { client, server } = await opened()
    server.send('before')
    await settle()
    network.break(how)
    if (!isEnd(how)) server.send('after')
    await settle()
    expect(client.pieces).toEqual(['before'])
    broken[how](client)
    expect(server.isAborted).toBe(isEnd(how))
  })

  test('after so many bytes, wherever the server’s pieces end', async () => {
    for (const split of [undefined, [1], [2, 5]]) {
      const { opened } = world()
      const { client, server } = await opened({ split, breakAfter: { bytes: 7, how } })
      server.send('abcde').send('fghij')
      await settle()
      expect(client.pieces.join('')).toBe('abcdefg')
      broken[how](client)
      expect(server.isAborted).toBe(isEnd(how))
    }
  })

  test('before the first byte', async () => {
    const { opened } = world()
    const { client, server } = await opened({ breakAfter: { bytes: 0, how } })
    if (!isEnd(how)) server.send('nobody hears')
    await settle()
    expect(client.pieces).toEqual([])
    broken[how](client)
  })

  test('in a body that was there from the start', async () => {
    for (const bytes of [0, 3]) {
      const { network, ask } = world({ breakAfter: { bytes, how } })
      network.server = async () => new Response('whole')
      const client = ask()
      await settle()
      expect(client.pieces.join('')).toBe('whole'.slice(0, bytes))
      broken[how](client)
    }
  })

  test('before the answer', async () => {
    const { ask, network, endpoint } = world()
    const client = ask()
    const server = await endpoint.next()
    network.break(how)
    await settle()
    if (isEnd(how)) {
      expect(client.rejected).toBeInstanceOf(TypeError)
      expect(server.isAborted).toBe(true)
      return
    }
    server.open().send('late')
    await settle()
    expect([client.rejected, client.pieces]).toEqual([undefined, []])
    network.resume()
    await settle()
    expect(client.pieces).toEqual(['late'])
  })

  test('twice, and after the end, changes nothing more', async () => {
    const { opened, network } = world()
    const { client } = await opened()
    const [exchange] = network.open
    network.break(how)
    await settle()
    exchange?.break(how)
    await settle()
    broken[how](client)
    exchange?.break('reset')
    await settle()
    expect(network.exchanges).toEqual([])
    exchange?.break('drop')
    exchange?.resume()
  })
})

test('what arrived before a drop is read, and before a reset it is not', async () => {
  const heard: Record<string, string> = {}
  for (const how of ['drop', 'reset'] as const) {
    const { network, endpoint } = world()
    const asking = network.fetch(new Request('https://a.example/'))
    const server = (await endpoint.next()).open()
    const reader = (await asking).body?.getReader()
    server.send('arrived')
    await settle()
    network.break(how)
    const { value } = (await reader?.read().catch(() => ({ value: undefined }))) ?? {}
    heard[how] = new TextDecoder().decode(value)
    await expect(reader?.read()).rejects.toThrow(TypeError)
  }
  expect(heard).toEqual({ drop: 'arrived', reset: '' })
})

test('what stalled comes when it is let go, whole and in order', async () => {
  const { opened, network } = world()
  const { client, server } = await opened()
  network.break('stall')
  server.send('one').send('two')
  await settle()
  network.resume()
  await settle()
  server.send('three')
  await settle()
  expect(client.pieces.join(' ')).toBe('one two three')
})

test('a client that leaves a stalled stream is seen to leave; of one half open nobody hears', async () => {
  const { opened, network } = world()
  const stalled = await opened()
  network.break('stall')
  stalled.client.leave()
  await settle()
  expect(stalled.server.isAborted).toBe(true)

  const { client, server } = await opened()
  network.break('half-open')
  client.leave()
  await settle()
  expect(client.ended).toMatchObject({ name: 'AbortError' })
  expect(server.isAborted).toBe(false)
  expect([network.open.length, network.exchanges.length]).toEqual([0, 1])
  server.send('to nobody')
  await settle()
  network.resume()
  await settle()
  expect(server.isAborted).toBe(true)
  expect(network.exchanges).toEqual([])
})

test('of a request that went half open before its answer the server does not hear, either', async () => {
  const { ask, endpoint, network } = world()
  const client = ask()
  const server = await endpoint.next()
  network.break('half-open')
  client.leave()
  await settle()
  expect(client.rejected).toMatchObject({ name: 'AbortError' })
  expect(server.isAborted).toBe(false)
  server.open()
  await settle()
  network.resume()
  await settle()
  expect(server.isAborted).toBe(true)
  expect(network.exchanges).toEqual([])
})

test.each(['stall', 'half-open'] as const)(
  'an answer that was held back by a %s, and comes to nobody, is given back to who gave it',
  async (how) => {
    const { ask, network } = world()
    let isGivenBack = false
    let answer = (_: Response) => {}
    // Does not ask the signal whether anybody is there.
    network.server = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    const client = ask()
    network.break(how)
    const cancel = () => {
      isGivenBack = true
    }
    answer(new Response(new ReadableStream({ cancel })))
    await settle()
    expect(isGivenBack).toBe(false)
    client.leave()
    network.break('reset')
    await settle()
    expect(isGivenBack).toBe(true)
  },
)

test('a server that is replaced answers from then on', async () => {
  const { network, opened } = world()
  await opened()
  network.server = async () => new Response('another')
  expect(await (await network.fetch(new Request('https://a.example/'))).text()).toBe('another')
})
