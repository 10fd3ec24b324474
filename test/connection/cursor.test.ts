/**
 * The cursor: the last event ID of what was dispatched, sent with every request.
 *
 * Over 250 lines because every way to move it, to keep it and to send it is a case of its own.
 */
import { effect } from '@preact/signals-core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSource } from '../../src/channels/source.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { openConnection } from '../support/scripted-connection.js'
import { createScriptedFetch } from '../support/scripted-fetch.js'
import { openedSource, openSource } from '../support/scripted-source.js'

withFakeTime()

/** Longer than any first delay. */
const A_DELAY = 1000

const message = (id: number | string) => `id: ${id}\ndata: ${id}\n\n`

describe('the cursor moves at dispatch', () => {
  test('not when an id: line is read', async () => {
    const { server, stream, source } = await openedSource()
    stream.send(`${message(1)}id: 2\ndata: never finished\n`).cut()
    await settle()
    expect(source.lastEventId).toBe('1')
    await advance(A_DELAY)
    expect((await server.next()).lastEventId).toBe('1')
  })

  test('so that a listener sees the id of its own message, not of a later one', async () => {
    const { source, stream } = await openedSource()
    const seen: string[] = []
    source.on('message', (data) => seen.push(`${data} at ${source.lastEventId}`))
    stream.send(message(1) + message(2) + message(3))
    await settle()
    expect(seen).toEqual(['1 at 1', '2 at 2', '3 at 3'])
  })

  test('for an effect once a delivery', async () => {
    const { source, stream } = await openedSource()
    const seen: string[] = []
    const stop = effect(() => {
      seen.push(source.lastEventId)
    })
    stream.send(message(1) + message(2) + message(3))
    await settle()
    stream.send('id: 4\n\n')
    await settle()
    expect(seen).toEqual(['', '3', '4'])
    stop()
  })

  test('of a message without an id it stays: the last id is in force', async () => {
    const { source, stream } = await openedSource()
    const ids: string[] = []
    source.on('*', (_, { id }) => ids.push(id))
    stream.send(`data: 0\n\n${message(1)}data: 2\n\n`)
    await settle()
    expect(ids).toEqual(['', '1', '1'])
    expect(source.lastEventId).toBe('1')
  })

  test('of an id-only block it moves, and no message comes', async () => {
    const { server, stream, messages } = await openedSource()
    stream.send('id: 7\n\n').end()
    await advance(A_DELAY)
    expect((await server.next()).lastEventId).toBe('7')
    expect(messages).toEqual([])
  })

  test('of an empty id it is reset, and the next request has none', async () => {
    const { server, source, stream } = await openedSource()
    stream.send(`${message(1)}id\ndata: x\n\n`)
    await settle()
    expect(source.lastEventId).toBe('')
    stream.end()
    await advance(A_DELAY)
    expect((await server.next()).lastEventId).toBeUndefined()
  })

  test('of a message before its time it does not: it was dispatched to nobody', async () => {
    const { connection, server, failures, delivered } = openConnection()
    ;(await server.next()).open().send(message(1))
    await settle()
    expect(failures).toMatchObject([{ code: 'protocol', retryable: true }])
    expect(delivered).toEqual([])
    expect(connection.cursor).toBe('')
    await advance(A_DELAY)
    expect((await server.next()).lastEventId).toBeUndefined()
  })
})

test('a read that brings nothing new is no delivery', async () => {
  const { server, deliveries } = openConnection({ protocol: { read: undefined } })
  const stream = (await server.next()).open()
  for (const text of [': hi\n\n', 'data: half', '\n', 'retry: 5\n\n']) {
    stream.send(text)
    await settle()
  }
  expect(deliveries()).toBe(1)
  stream.send('id: 1\n\n').send('id: 1\n\n').send(': hi\n\n')
  await settle()
  expect(deliveries()).toBe(2)
})

describe('dispatched means offered to everybody', () => {
  test('a message counts although a listener threw', async () => {
    vi.stubGlobal('reportError', () => {})
    const { source, stream } = await openedSource()
    source.on('message', () => {
      throw new Error('a bug')
    })
    stream.send(message(1))
    await settle()
    expect(source.lastEventId).toBe('1')
  })

  test('a message counts although it could not be decoded', async () => {
    const { source, stream, failures, messages } = await openedSource({ parse: 'json' })
    stream.send('id: 1\ndata: {\n\n')
    await settle()
    expect(failures).toMatchObject([{ code: 'decode', raw: '{' }])
    expect(messages).toEqual([])
    expect(source.lastEventId).toBe('1')
  })

  test('an event counts although it was too large', async () => {
    const { source, stream, failures } = await openedSource({ maxEventSize: 10 })
    stream.send(`id: 1\ndata: ${'x'.repeat(100)}\n\n`)
    await settle()
    expect(failures).toMatchObject([{ code: 'too-large' }])
    expect(source.lastEventId).toBe('1')
  })
})

describe('a verb inside a listener', () => {
  test.each(['close', 'disconnect', 'reconnect'] as const)(
    'after %s() the rest of the chunk is neither delivered nor counted',
    async (verb) => {
      const { source, stream, messages } = await openedSource()
      source.on('message', (data) => {
        if (data === '2') source[verb]()
      })
      const later: unknown[] = []
      source.on('message', (data) => later.push(data))
      stream.send(`${message(1)}${message(2)}${message(3)}id: 4\n\n`)
      await settle()
      expect(messages).toEqual(['1', '2'])
      expect(later).toEqual(['1', '2']) // who listens for the same message still hears it
      expect(source.lastEventId).toBe('2')
    },
  )

  test('the rest of the chunk is not obeyed either', async () => {
    const { connection, server, states, delivered } = openConnection({
      protocol: { overlaps: false },
      onEvent: (data) => data === '1' && connection.reconnect(),
    })
    const HELLO = 'event: hello\ndata:\n\n'
    ;(await server.next()).open().send(HELLO + message(1) + HELLO + message(2))
    await settle()
    expect(delivered).toEqual(['1'])
    expect(states.at(-1)).toEqual({ status: 'connecting', attempt: 0 })
    expect(connection.cursor).toBe('1')
  })

  test('what was not counted comes again', async () => {
    const { source, server, stream, messages } = await openedSource()
    const off = source.on('message', (data) => {
      if (data !== '2') return
      off()
      source.reconnect()
    })
    stream.send(message(1) + message(2) + message(3))
    const again = await server.next()
    expect(again.lastEventId).toBe('2')
    again.open().send(message(3))
    await settle()
    expect(messages).toEqual(['1', '2', '3'])
  })

  test('between two slices of a long delivery the rest is neither delivered nor counted', async () => {
    const { source, stream, messages } = await openedSource()
    source.on('message', () => vi.setSystemTime(Date.now() + 1)) // slow
    const count = 1000
    stream.send(Array.from({ length: count }, (_, n) => message(n + 1)).join(''))
    while (messages.length === 0) await Promise.resolve()
    const before = messages.length
    expect(before).toBeLessThan(count)
    expect(source.lastEventId).toBe(`${before}`)
    source.close()
    await settle()
    expect(messages).toHaveLength(before)
    expect(source.lastEventId).toBe(`${before}`)
  })

  test('a long delivery goes on slice by slice, and misses nothing', async () => {
    const { source, stream, messages } = await openedSource()
    source.on('message', () => vi.setSystemTime(Date.now() + 1))
    stream.send(Array.from({ length: 1000 }, (_, n) => message(n + 1)).join(''))
    while (messages.length < 1000) await settle()
    expect(messages).toEqual(Array.from({ length: 1000 }, (_, n) => `${n + 1}`))
    expect(source.lastEventId).toBe('1000')
  })
})

test('a delivery that takes long is over before the next read begins', async () => {
  const { source, stream, messages } = await openedSource()
  source.on('message', () => vi.setSystemTime(Date.now() + 1))
  const all = Array.from({ length: 500 }, (_, n) => `${n + 1}`)
  stream.send(all.slice(0, 300).map(message).join(''))
  stream.send(all.slice(300).map(message).join(''))
  while (messages.length < all.length) await settle()
  expect(messages).toEqual(all)
})

describe('the cursor survives', () => {
  test('every reconnect, also one that breaks before it says anything', async () => {
    const { server, stream } = await openedSource()
    stream.send(message(7)).cut()
    for (let n = 0; n < 3; n++) {
      await advance(60_000)
      const exchange = await server.next()
      expect(exchange.lastEventId).toBe('7')
      if (n === 0) exchange.open().send(': nothing new\n\n').end()
      else if (n === 1) exchange.respond(503)
    }
  })

  test('a pause', async () => {
    const { source, server, stream } = await openedSource()
    stream.send(message(7))
    await settle()
    source.disconnect()
    await advance(3_600_000)
    source.connect()
    expect((await server.next()).lastEventId).toBe('7')
  })

  test('reconnect()', async () => {
    const { source, server, stream } = await openedSource()
    stream.send(message(7))
    await settle()
    source.reconnect()
    expect((await server.next()).lastEventId).toBe('7')
  })

  test('a failure that closed', async () => {
    const { source, server, stream } = await openedSource()
    stream.send(message(7)).end()
    await advance(A_DELAY)
    ;(await server.next()).respond(403)
    await settle()
    source.connect()
    expect((await server.next()).lastEventId).toBe('7')
  })

  test('close(), for whoever wants to go on elsewhere', async () => {
    const { source, stream } = await openedSource()
    stream.send(message(7))
    await settle()
    source.close()
    expect(source.lastEventId).toBe('7')
  })
})

describe('the cursor is forgotten', () => {
  test('with everything else, once nobody watches: whoever comes next has seen nothing', async () => {
    const server = createScriptedFetch()
    const source = createSource('https://api.example/events', {
      fetch: server.fetch,
      lastEventId: '5',
    })
    const leave = source.on('message', () => {})
    ;(await server.next()).open().send(message(7))
    await settle()
    expect(source.lastEventId).toBe('7')
    leave()
    await advance(250)
    expect(source.lastEventId).toBe('5')
    onTestFinished(source.on('message', () => {}))
    expect((await server.next()).lastEventId).toBe('5')
  })
})

describe('the header', () => {
  test('begins with the option lastEventId', async () => {
    const { source, server } = openSource({ lastEventId: '41' })
    expect(source.lastEventId).toBe('41')
    expect((await server.next()).lastEventId).toBe('41')
  })

  test('is left out where there is none', async () => {
    const { server } = openSource()
    expect((await server.next()).request.headers.has('last-event-id')).toBe(false)
  })

  test.each(['é', '日本', '🚀 1', 'ÿ'])('carries %s as UTF-8 bytes', async (id) => {
    const { server, stream, source } = await openedSource()
    stream.send(message(id)).end()
    await settle()
    expect(source.lastEventId).toBe(id)
    await advance(A_DELAY)
    const { request, lastEventId } = await server.next()
    const bytes = Array.from(request.headers.get('last-event-id') ?? '', (c) => c.charCodeAt(0))
    expect(bytes).toEqual([...new TextEncoder().encode(id)])
    expect(lastEventId).toBe(id)
  })

  test('is left out where the platform refuses it, and the request goes all the same', async () => {
    const { server } = openSource({ lastEventId: 'a\nb' })
    const { request } = await server.next()
    expect(request.headers.has('last-event-id')).toBe(false)
  })

  test('is sent with a POST too', async () => {
    const { server } = openSource({ body: { v: 1 }, lastEventId: '41' })
    expect((await server.next()).lastEventId).toBe('41')
  })
})

test('over any cuts of a replaying endpoint nothing is lost and nothing doubled', async () => {
  const bytes = new TextEncoder().encode(
    Array.from({ length: 40 }, (_, n) => `: 日本\nid: ${n + 1}\r\ndata: é${n + 1}\n\n`).join(''),
  )
  /** Where the events after an id begin. */
  const starts = [0]
  for (let at = 1; at < bytes.length; at++)
    if (bytes[at] === 10 && bytes[at - 1] === 10) starts.push(at + 1)
  const all = Array.from({ length: 40 }, (_, n) => `é${n + 1}`)

  const cut = fc.record({
    length: fc.integer({ min: 0, max: 200 }),
    reads: fc.integer({ min: 1, max: 5 }),
    how: fc.constantFrom('end' as const, 'cut' as const),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(cut, { maxLength: 25 }), async (cuts) => {
      const server = createScriptedFetch()
      const { source, messages } = openSource({ server, reconnectDelay: 0 })
      for (const { length, reads, how } of cuts) {
        const exchange = await server.next()
        const rest = bytes.subarray(starts[Number(exchange.lastEventId ?? 0)])
        exchange.open()
        for (let read = 0; read < reads; read++)
          exchange.send(
            rest.slice(
              Math.floor((read * length) / reads),
              Math.floor(((read + 1) * length) / reads),
            ),
          )
        exchange[how]()
        await advance(1)
      }
      const last = await server.next()
      last.open().send(bytes.slice(starts[Number(last.lastEventId ?? 0)]))
      await settle()
      expect(messages).toEqual(all)
      source.close()
    }),
    { numRuns: 100 },
  )
})
