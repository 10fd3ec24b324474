/** What odd names, bad payloads or a hub that talks nonsense do to one channel, and to no other. */
import fc from 'fast-check'
import { SSEClient, type UntypedChannels } from 'tidewire'
import { describe, expect, onTestFinished, test } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { createScriptedFetch, type Exchange } from '../support/scripted-fetch.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('names of prototypes', () => {
  const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']

  test.each(NAMES)('%s is a channel and a type like another', async (name) => {
    const { client, hub } = pair({
      schema: {},
      makeHub: () => {
        const hub = plainHub()
        hub.channel(name)
        return hub
      },
    })
    const channel = client.channel(name)
    const heard = hear(channel)
    const typed: unknown[] = []
    channel.on(name, (data) => typed.push(data))
    const others = hear(client.channel('a'))
    await settle()
    expect(channel.status.value).toBe('live')
    await hub.to(name).send(name, { [name]: 1 })
    await sendNumbers(hub, 'a', 1, 1)
    expect(heard).toEqual(typed)
    expect(typed).toHaveLength(1)
    expect(channel.latestOf(name).value).toMatchObject({ type: name })
    expect(others).toEqual([1])
    expect(({} as Record<string, unknown>).polluted).toBeUndefined()
  })

  test('are channels that the hub does not know, too', async () => {
    const { client } = pair()
    const ready = NAMES.map((name) => client.subscribe(name).ready)
    expect(await Promise.all(ready)).toEqual(NAMES.map(() => 'unknown'))
  })
})

/** A client of a hub whose every byte the test writes. */
async function scripted() {
  const server = createScriptedFetch()
  const facts: string[] = []
  const client = new SSEClient<UntypedChannels>({
    fetch: server.fetch,
    onDiagnostic: ({ type }) => facts.push(type),
  })
  onTestFinished(() => client.close())
  const heard = hear(client.channel('a'))
  const other = hear(client.channel('b'))
  const stream = (await server.next()).open()
  const hub = (block: object | string, id?: string) =>
    `${id ? `id: ${id}\n` : ''}event: hub\ndata: ${typeof block === 'string' ? block : JSON.stringify(block)}\n\n`
  stream.send(hub({ t: 'hello', v: 1, conn: 'c1', heartbeat: 15_000 }))
  stream.send(hub({ t: 'sub', rev: 2, channels: { a: 'ok', b: 'ok' } }, 'e.1'))
  await settle()
  expect(client.channel('a').status.value).toBe('live')
  return { server, client, facts, heard, other, stream, hub }
}
const message = (data: object | string, id?: string) =>
  `${id ? `id: ${id}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`

describe('a hub that talks nonsense', () => {
  const NONSENSE: Record<string, string> = {
    'an unknown control block': 'event: hub\ndata: {"t":"later","x":1}\n\n',
    'a control block that is no JSON': 'event: hub\ndata: {\n\n',
    'a control block that is no object': 'event: hub\ndata: null\n\n',
    'a verdict of a later version':
      'event: hub\ndata: {"t":"sub","rev":2,"channels":{"a":"later"}}\n\n',
    'a verdict for a prototype':
      'event: hub\ndata: {"t":"sub","rev":2,"channels":{"__proto__":"denied","constructor":"denied"}}\n\n',
    'a sub whose channels are a list': 'event: hub\ndata: {"t":"sub","rev":2,"channels":["a"]}\n\n',
    'a sub of an older revision': 'event: hub\ndata: {"t":"sub","rev":0,"channels":{}}\n\n',
    'a gap of nobody': 'event: hub\ndata: {"t":"gap","channels":["x"],"why":"hole"}\n\n',
    'a gap with an id that is none':
      'event: hub\ndata: {"t":"gap","channels":["a"],"why":"hole","i":{}}\n\n',
    'a revocation of nobody': 'event: hub\ndata: {"t":"revoked","channels":["x","__proto__"]}\n\n',
    'a revocation without names': 'event: hub\ndata: {"t":"revoked"}\n\n',
    'a message that is no JSON': 'data: {"c":"a"\n\n',
    'a message that is no object': 'data: 7\n\n',
    'a message without a type': 'data: {"c":"a"}\n\n',
    'a message with an id that is none': 'data: {"c":"a","e":"n","d":0,"i":7}\n\n',
    'a message of a channel that nobody asked for': 'data: {"c":"x","e":"n","d":0}\n\n',
    'a message of a prototype': 'data: {"c":"__proto__","e":"constructor","d":0}\n\n',
    'an event of another type': 'event: other\ndata: hello\n\n',
    'an event that is too large': `data: ${'x'.repeat(5 * 1024 * 1024)}\n\n`,
  }

  test.each(Object.keys(NONSENSE))('%s disturbs nobody', async (name) => {
    const { heard, other, stream, client, server } = await scripted()
    stream.send(NONSENSE[name] as string)
    stream.send(message({ c: 'a', e: 'n', d: 1 }, 'e.2') + message({ c: 'b', e: 'n', d: 2 }, 'e.3'))
    await settle()
    expect([heard, other]).toEqual([[1], [2]])
    expect(client.channel('a').status.value).toBe('live')
    expect(client.channel('a').gap.value).toBeUndefined()
    expect(client.connected).toBe(true)
    expect(server.exchanges).toHaveLength(1)
  })

  test.each([
    ['unknown-block', 'an unknown control block'],
    ['bad-block', 'a message that is no JSON'],
    ['unwanted-message', 'a message of a channel that nobody asked for'],
  ])('is a fact of type %s', async (fact, name) => {
    const { facts, stream } = await scripted()
    stream.send(NONSENSE[name] as string)
    await settle()
    expect(facts).toContain(fact)
  })

  test('may repeat itself: what is not after the cursor is dropped', async () => {
    const { heard, other, stream } = await scripted()
    for (const number of [2, 3, 3, 2, 4, 1, 5])
      stream.send(message({ c: 'a', e: 'n', d: number }, `e.${number}`))
    stream.send(message({ c: 'b', e: 'n', d: 6, i: 'e.2' }))
    await settle()
    expect(heard).toEqual([2, 3, 4, 5])
    expect(other).toEqual([6])
  })

  test('any bytes at all: the client neither throws nor asks for more than it should', async () => {
    const piece = fc.oneof(
      fc.constantFrom(...Object.values(NONSENSE).filter((text) => text.length < 200)),
      fc.string().map((text) => `data: ${text}\n\n`),
      fc.json().map((text) => `event: hub\ndata: ${text}\n\n`),
      fc
        .record({
          t: fc.constantFrom('hello', 'sub', 'gap', 'revoked', 'drain'),
          v: fc.constant(1),
          conn: fc.constantFrom('x', 'y'),
          rev: fc.nat(5),
          heartbeat: fc.constantFrom(0, 1000),
          why: fc.constantFrom('epoch', 'odd'),
          after: fc.nat(100),
        })
        .chain((block) =>
          fc
            .constantFrom<unknown>({ a: 'ok', b: 'denied' }, ['a', 'b'], {}, null)
            .map((channels) => `event: hub\ndata: ${JSON.stringify({ ...block, channels })}\n\n`),
        ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const { client, server, stream } = await scripted()
        for (const text of pieces) if ((stream as Exchange).isLive) stream.send(text)
        await settle()
        expect(server.exchanges.length).toBeLessThanOrEqual(2)
        client.close()
        await settle()
        expect(server.live).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
