/** From the data of an event to the payload of a message; what cannot be used is told of and stands in nobody's way. */
import { effect, MessageError, type Parse, type SourceOptions, type StreamEvent } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import { block, createTestSource, send, withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

/** What a source makes of the blocks: the payloads of its messages, and the failures. */
async function receive(options: SourceOptions, ...blocks: string[]) {
  const { source, open } = createTestSource(options)
  const data: unknown[] = []
  const failures: MessageError[] = []
  source.on('*', (payload) => data.push(payload))
  source.on('error', (error) => failures.push(error as MessageError))
  const stream = await open()
  await send(stream, blocks.join(''))
  return { source, stream, data, failures }
}

describe('parse', () => {
  const table: [Parse | undefined, string, unknown][] = [
    [undefined, '{"a":1}', { a: 1 }],
    [undefined, '[1,"2"]', [1, '2']],
    ['auto', '{}', {}],
    ['auto', '1.0', '1.0'],
    ['auto', 'null', 'null'],
    ['auto', 'true', 'true'],
    ['auto', '"hi"', '"hi"'],
    ['auto', ' {"a":1}', ' {"a":1}'],
    ['auto', '', ''],
    ['auto', '{"__proto__":{"x":1}}', JSON.parse('{"__proto__":{"x":1}}')],
    ['json', '1.0', 1],
    ['json', 'null', null],
    ['json', '"hi"', 'hi'],
    ['json', ' {"a":1} ', { a: 1 }],
    ['text', '{"a":1}', '{"a":1}'],
    ['text', 'two\nlines', 'two\nlines'],
    [(data) => data.length, 'abc', 3],
    [(data, { type }) => `${type}: ${data}`, 'abc', 'message: abc'],
    [() => undefined, 'abc', undefined],
  ]
  test.each(table)('%s reads %j as %j', async (parse, text, payload) => {
    const { source, data, failures } = await receive({ parse }, block(text))
    expect(data).toStrictEqual([payload])
    expect(source.latest.peek()?.data).toStrictEqual(payload)
    expect(failures).toEqual([])
  })

  test('a function gets the event as it came', async () => {
    const events: StreamEvent[] = []
    const parse = (_: string, event: StreamEvent) => events.push(event)
    await receive({ parse }, block('a', { type: 'tick', id: '7' }), block('b'))
    expect(events).toEqual([
      { type: 'tick', data: 'a', lastEventId: '7' },
      { type: 'message', data: 'b', lastEventId: '7' },
    ])
  })
})

describe('what cannot be decoded', () => {
  const broken: [string, SourceOptions, string, string][] = [
    ['JSON that is cut off', {}, '{"a":', 'JSON'],
    ['JSON with more behind it', {}, '[1] and so on', 'JSON'],
    ['no JSON where it must be', { parse: 'json' }, 'hello', 'JSON'],
    ['nothing where JSON must be', { parse: 'json' }, '', 'JSON'],
    [
      'a parser that throws',
      {
        parse: () => {
          throw new RangeError('too deep')
        },
      },
      'x',
      'too deep',
    ],
    [
      'a parser that throws no error',
      {
        parse: () => {
          throw 'nonsense'
        },
      },
      'x',
      'nonsense',
    ],
    [
      'a parser that throws what cannot even be printed',
      {
        parse: () => {
          throw Object.create(null)
        },
      },
      'x',
      'object',
    ],
    ['a parser that takes its time', { parse: async (data) => data }, 'x', 'promise'],
    [
      'a parser that takes its time and fails',
      {
        parse: async () => {
          throw new Error('late')
        },
      },
      'x',
      'promise',
    ],
  ]
  test.each(broken)(
    '%s is a MessageError with the text as it came',
    async (_, options, raw, said) => {
      const { source, data, failures } = await receive(
        options,
        block(raw, { type: 'tick', id: '5' }),
      )
      await settle()
      expect(data).toEqual([])
      expect(failures).toHaveLength(1)
      expect(failures[0]).toBeInstanceOf(MessageError)
      expect(failures[0]).toMatchObject({
        name: 'MessageError',
        code: 'decode',
        type: 'tick',
        raw,
        issues: [],
        retryable: false,
        status: undefined,
      })
      expect(failures[0]?.message).toContain('"tick"')
      expect(failures[0]?.message).toContain(said)
      expect(source.error.peek()).toBe(failures[0])
      expect(source.lastEventId).toBe('5')
      expect(source.status.peek()).toBe('open')
    },
  )

  test('takes down none of its neighbours, and the next message clears the error', async () => {
    const { source, stream, data, failures } = await receive(
      {},
      block('{"n":1}'),
      block('{"n":'),
      block('{"n":3}'),
      block('['),
    )
    expect(data).toEqual([{ n: 1 }, { n: 3 }])
    expect(source.messages.peek()).toHaveLength(2)
    expect(failures.map(({ raw }) => raw)).toEqual(['{"n":', '['])
    expect(source.error.peek()).toBe(failures[1])
    await send(stream, block('{"n":5}'))
    expect(source.error.peek()).toBeUndefined()
  })

  test('is a new error each time, so that an effect sees each one', async () => {
    const { source, open } = createTestSource()
    source.on('*', () => {})
    const seen: unknown[] = []
    effect(() => void seen.push(source.error.value))
    const stream = await open()
    await send(stream, block('{'), block('{'))
    expect(seen).toHaveLength(3)
    expect(seen[1]).not.toBe(seen[2])
  })
})

describe('an event over maxEventSize', () => {
  test('is a MessageError; its id counts and the stream goes on', async () => {
    const { source, data, failures, stream } = await receive(
      { maxEventSize: 10 },
      block('small', { id: '1' }),
      block('x'.repeat(2000), { type: 'big', id: '2' }),
      block('fine', { id: '3' }),
    )
    expect(data).toEqual(['small', 'fine'])
    expect(failures).toEqual([
      expect.objectContaining({
        code: 'too-large',
        type: 'big',
        raw: 'x'.repeat(500),
        issues: [],
      }),
    ])
    expect(source.lastEventId).toBe('3')
    expect(stream.isLive).toBe(true)
  })
})
