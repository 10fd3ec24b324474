import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatSSE, type SSEEvent } from '../../src/event-stream/encoder.js'
import { bytesOf, cut } from '../support/chunks.js'
import { randomCuts } from '../support/random-stream.js'
import { record } from '../support/recording.js'
import type { Entry } from '../support/reference-parser.js'

describe('formatSSE writes', () => {
  it.each<[string, SSEEvent, string]>([
    ['text as it is', { data: 'hello' }, 'data: hello\n\n'],
    ['anything else as JSON', { data: { a: [1, null] } }, 'data: {"a":[1,null]}\n\n'],
    ['null as JSON', { data: null }, 'data: null\n\n'],
    ['a number as JSON', { data: 0 }, 'data: 0\n\n'],
    ['the type', { type: 'tick', data: '1' }, 'event: tick\ndata: 1\n\n'],
    ['the type under its older name', { event: 'tick', data: '1' }, 'event: tick\ndata: 1\n\n'],
    ['type rather than event', { type: 'a', event: 'b', data: '1' }, 'event: a\ndata: 1\n\n'],
    ['no type for the empty one', { type: '', data: '1' }, 'data: 1\n\n'],
    [
      'all fields',
      { data: 'a', retry: 9, id: '7', type: 't' },
      'event: t\nid: 7\nretry: 9\ndata: a\n\n',
    ],
    [
      'a line of data for each line',
      { data: 'a\nb\rc\r\nd\n\re' },
      'data: a\ndata: b\ndata: c\ndata: d\ndata: \ndata: e\n\n',
    ],
    ['empty data', { data: '' }, 'data: \n\n'],
    ['empty data for a type alone', { type: 'ping' }, 'event: ping\ndata: \n\n'],
    ['empty data for the empty type alone', { type: '' }, 'data: \n\n'],
    ['an id alone', { id: '7' }, 'id: 7\n\n'],
    ['an id that resets', { id: '' }, 'id: \n\n'],
    ['an id that is a number', { id: 0 }, 'id: 0\n\n'],
    ['retry alone', { retry: 5000 }, 'retry: 5000\n\n'],
    ['retry as a whole number', { retry: 1.6 }, 'retry: 2\n\n'],
    ['retry of zero', { retry: -0 }, 'retry: 0\n\n'],
    ['retry within the timers', { retry: 1e21 }, 'retry: 2147483647\n\n'],
    [
      'leading spaces and colons',
      { type: ' :t', id: ' 1', data: ' : x' },
      'event:  :t\nid:  1\ndata:  : x\n\n',
    ],
  ])('%s', (_what, event, text) => {
    expect(formatSSE(event)).toBe(text)
  })
})

describe('formatSSE refuses', () => {
  const cyclic: Record<string, unknown> = {}
  cyclic.self = cyclic

  it.each<[string, unknown, typeof TypeError | typeof RangeError, string]>([
    [
      'LF in a type',
      { type: 'a\nb' },
      TypeError,
      'formatSSE: the type "a\\nb" contains CR, LF or NUL',
    ],
    ['CR in a type', { event: 'a\rb' }, TypeError, 'the type "a\\rb" contains'],
    ['NUL in a type', { type: '\0' }, TypeError, 'the type "\\u0000" contains'],
    [
      'LF in an id',
      { id: '1\n', data: '' },
      TypeError,
      'formatSSE: the id "1\\n" contains CR, LF or NUL',
    ],
    ['CR in an id', { id: '\r' }, TypeError, 'the id "\\r" contains'],
    ['NUL in an id', { id: '\0' }, TypeError, 'the id "\\u0000" contains'],
    [
      'a type that is no string',
      { type: {} },
      TypeError,
      'the type of an event is a string, not object',
    ],
    ['an id that is null', { id: null }, TypeError, 'the id of an event is a string, not object'],
    [
      'data with a cycle',
      { data: cyclic },
      TypeError,
      'the data cannot be sent as JSON: Converting circular',
    ],
    [
      'data with a bigint',
      { data: 1n },
      TypeError,
      'the data cannot be sent as JSON: Do not know how to serialize a BigInt',
    ],
    [
      'a function',
      { data: () => {} },
      TypeError,
      'the data cannot be sent as JSON: it is function',
    ],
    ['a symbol', { data: Symbol('x') }, TypeError, 'the data cannot be sent as JSON: it is symbol'],
    [
      'data that says it is nothing',
      { data: { toJSON() {} } },
      TypeError,
      'cannot be sent as JSON',
    ],
    [
      'a negative retry',
      { retry: -1 },
      RangeError,
      'formatSSE: retry is -1. Pass milliseconds, 0 or more.',
    ],
    ['retry NaN', { retry: Number.NaN }, RangeError, 'retry is NaN'],
    ['retry without end', { retry: Infinity }, RangeError, 'retry is Infinity'],
    ['retry that is text', { retry: '5' }, RangeError, 'retry is 5'],
    ['retry null', { retry: null }, RangeError, 'retry is null'],
    [
      'an event with nothing in it',
      {},
      TypeError,
      'formatSSE needs data, a type, an id or a retry',
    ],
    [
      'undefined data alone',
      { data: undefined },
      TypeError,
      'needs data, a type, an id or a retry',
    ],
    ['text', 'data: a', TypeError, 'formatSSE needs an event such as { type, data }, not data: a.'],
    ['null', null, TypeError, 'not null'],
    ['nothing', undefined, TypeError, 'not undefined'],
  ])('%s', (_what, event, kind, message) => {
    const format = () => formatSSE(event as SSEEvent)
    expect(format).toThrow(kind)
    expect(format).toThrow(message)
  })

  it('with the reason as cause', () => {
    const cause = new Error('mine')
    const data = {
      toJSON() {
        throw cause
      },
    }
    expect(() => formatSSE({ data })).toThrow(expect.objectContaining({ cause }))
  })
})

describe('what formatSSE writes arrives', () => {
  /** Text with all that could end a line, a field, a block or a stream. */
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('\n', '\r', '\r\n', '\n\n', '\0', ' ', ':', '\ufeff', '\u2028'),
        fc.constantFrom(
          'data: x\n\n',
          '\nevent: x',
          '\rid: 9\r\r',
          'retry: 1\n',
          ': c\n',
          '\nid\n',
        ),
        fc.string({ unit: 'grapheme' }),
      ),
    )
    .map((parts) => parts.join(''))
  const line = hostile.map((text) => text.replace(/[\r\n\0]/g, ''))
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const event = fc.record({
    type: optional(line),
    id: optional(line),
    retry: optional(fc.nat()),
    data: fc.oneof(hostile, fc.jsonValue()),
  })
  const stream = fc.array(event, { maxLength: 5 })

  it('whatever is in it, at every cut', () =>
    fc.assert(
      fc.property(stream, randomCuts, (events, lengths) => {
        let lastEventId = ''
        const log = events.flatMap(({ type, data, id, retry }): Entry[] => {
          lastEventId = id ?? lastEventId
          const text =
            typeof data === 'string' ? data.replace(/\r\n?/g, '\n') : JSON.stringify(data)
          const said: Entry[] = [['event', type || 'message', text, lastEventId]]
          if (retry !== undefined) said.unshift(['retry', retry])
          if (id !== undefined) said.push(['id', id])
          return said
        })
        const bytes = bytesOf(events.map((one) => formatSSE(one)).join(''))
        expect(record(cut(bytes, ...lengths))).toEqual(log)
      }),
      { numRuns: 3000 },
    ))

  it('or is refused, and then changes nothing', () =>
    fc.assert(
      fc.property(hostile, hostile, (type, id) => {
        const isFit = !/[\r\n\0]/.test(type + id)
        let text = ''
        try {
          text = formatSSE({ type, id, data: 'a' })
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
        const log: Entry[] = [
          ['event', type || 'message', 'a', id],
          ['id', id],
        ]
        expect(record([bytesOf(text)])).toEqual(isFit ? log : [])
      }),
      { numRuns: 3000 },
    ))
})
