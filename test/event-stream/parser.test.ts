import { describe, expect, it, vi } from 'vitest'
import { MessageError } from '../../src/errors.js'
import { createParser, type Parser, type ParserOptions } from '../../src/event-stream/parser.js'
import { bytesOf, chunksOf, cut, everySplit, fixtures, join } from '../support/fixtures.js'
import { type Entry, record, recorder, referenceParse } from '../support/reference-parser.js'

/** A parser, and what it says. */
function listen(options: Partial<ParserOptions> = {}) {
  const log: Entry[] = []
  const parser = createParser({ ...recorder(log), ...options })
  return { parser, log, feed: (text: string) => parser.feed(bytesOf(text)) }
}

describe.each(fixtures)('$name', ({ stream, log }) => {
  const chunks = chunksOf(stream)
  const bytes = join(chunks)

  it('is parsed as the standard says', () => {
    expect(record(chunks)).toEqual(log)
    expect(referenceParse(bytes)).toEqual(log)
  })

  it('is parsed alike at every split', () => {
    for (const pieces of everySplit(bytes)) expect(record(pieces)).toEqual(log)
  })

  it('is parsed alike byte by byte', () => {
    expect(record(cut(bytes, 1))).toEqual(log)
    expect(record(cut(bytes, 0, 1, 0))).toEqual(log)
  })
})

describe('a large chunk', () => {
  it('is parsed alike wherever the parser cuts it to decode it', () => {
    const all = join(fixtures.flatMap(({ stream }) => [...chunksOf(stream), bytesOf('\n\n')]))
    const log = referenceParse(all).filter(([kind]) => kind !== 'comment')
    for (let length = 16_384 - all.length; length <= 16_384; length++) {
      const chunk = join([bytesOf(`:${'x'.repeat(length)}\n`), all])
      expect(record([chunk], { onComment: undefined })).toEqual(log)
    }
  })
})

describe('line ends', () => {
  it('dispatches at a CR that ends a chunk, without waiting for an LF', () => {
    const { feed, log } = listen()
    feed('data: a\r\r')
    expect(log).toEqual([['event', 'message', 'a', '']])
  })

  it('drops the LF after a CR in the next chunk, and only that one', () => {
    const { feed, log } = listen()
    feed('data: a\r')
    feed('\ndata: b\r')
    feed('')
    feed('\n')
    expect(log).toEqual([])
    feed('\n')
    expect(log).toEqual([['event', 'message', 'a\nb', '']])
  })
})

describe('the last event ID', () => {
  it('starts as the option says', () => {
    const { feed, log } = listen({ lastEventId: '7' })
    feed('data: a\n\nid: 8\ndata: b\n\n')
    expect(log).toEqual([
      ['event', 'message', 'a', '7'],
      ['event', 'message', 'b', '8'],
      ['id', '8'],
    ])
  })

  it('of an unfinished block is never seen', () => {
    const { feed, log, parser } = listen({ lastEventId: '7' })
    feed('id: 8\ndata: a\n')
    parser.end()
    feed('data: b\n\n')
    expect(log).toEqual([['event', 'message', 'b', '7']])
  })
})

describe('end', () => {
  it('drops an unfinished line, an unfinished block and half a character, and keeps the last event ID', () => {
    const { feed, log, parser } = listen()
    feed('id: 1\n\nevent: x\ndata: a\nda')
    parser.feed(Uint8Array.of(0xf0, 0x9f))
    parser.end()
    feed('\ufeffdata: b\n\n')
    expect(log).toEqual([
      ['id', '1'],
      ['event', 'message', 'b', '1'],
    ])
  })

  it('forgets a CR', () => {
    const { feed, log, parser } = listen()
    feed('data: a\r')
    parser.end()
    feed('\ndata: b\n\n')
    expect(log).toEqual([['event', 'message', 'b', '']])
  })
})

describe('reset', () => {
  it('starts anew, with the last event ID of the options', () => {
    const { feed, log, parser } = listen({ lastEventId: '7' })
    feed('id: 8\n\nid: 9\ndata: a\nda')
    parser.reset()
    feed('\ufeffdata: b\n\n')
    expect(log).toEqual([
      ['id', '8'],
      ['event', 'message', 'b', '7'],
    ])
  })
})

describe('a callback', () => {
  const verbs: [string, (parser: Parser) => void, string][] = [
    ['reset', (parser) => parser.reset(), '7'],
    ['end', (parser) => parser.end(), '1'],
  ]

  it.each(verbs)('that calls %s drops the rest of the chunk', (_verb, act, id) => {
    const large = 'data: c\n\n'.repeat(4000)
    for (const chunk of ['id: 1\ndata: a\n\ndata: b\n\nid: 2', `id: 1\ndata: a\n\n${large}`]) {
      const { feed, log, parser } = listen({
        lastEventId: '7',
        onEvent: (event) => {
          recorder(log).onEvent(event)
          if (event.data === 'a') act(parser)
        },
      })
      feed(chunk)
      feed('\ufeffdata: d\n\n')
      expect(log).toEqual([
        ['event', 'message', 'a', '1'],
        ['event', 'message', 'd', id],
      ])
    }
  })

  it('of any kind may call reset', () => {
    for (const name of ['onId', 'onRetry', 'onComment', 'onError'] as const) {
      const { feed, log, parser } = listen({ maxEventSize: 4, [name]: () => parser.reset() })
      feed('id: 1\nretry: 5\n:x\ndata: too large\n\ndata: a\n\n')
      log.length = 0
      feed('data: b\n\n')
      expect(log, name).toEqual([['event', 'message', 'b', '']])
    }
  })

  it('that feeds its own parser gets an error, and the stream goes on', () => {
    const { feed, log, parser } = listen({
      onEvent: (event) => {
        recorder(log).onEvent(event)
        if (event.data === 'a') parser.feed(bytesOf('data: x\n\n'))
      },
    })
    expect(() => feed('data: a\n\ndata: b\n')).toThrow('feed was called inside a callback')
    feed('\n')
    expect(log.map(([, , data]) => data)).toEqual(['a', 'b'])
  })

  it('that throws loses nothing: the next feed goes on behind its event', () => {
    const source = 'id: 1\ndata: a\n\nretry: 5\n:c\ndata: b\r\n\r\nid: 2\n\ndata: é漢'
    const rest = '😀\n\ndata: d\n\n'
    const whole = referenceParse(bytesOf(source + rest))
    for (const size of [1, 7, 16, 1000]) {
      const log: Entry[] = []
      const say = (entry: Entry) => {
        log.push(entry)
        throw new Error('mine')
      }
      const parser = createParser({
        onEvent: ({ type, data, lastEventId }) => say(['event', type, data, lastEventId]),
        onId: (id) => say(['id', id]),
        onRetry: (milliseconds) => say(['retry', milliseconds]),
        onComment: (text) => say(['comment', text]),
      })
      const attempt = (bytes: Uint8Array) => {
        try {
          parser.feed(bytes)
        } catch (error) {
          expect(error).toHaveProperty('message', 'mine')
        }
      }
      for (const chunk of cut(bytesOf(source + rest), size)) {
        attempt(chunk)
        chunk.fill(0x2a)
      }
      for (const _ of whole) attempt(new Uint8Array())
      expect(log).toEqual(whole)
    }
  })

  it('that throws in the last chunk is followed by the rest of it at the end', () => {
    const onEvent = vi.fn().mockImplementationOnce(() => {
      throw new Error('mine')
    })
    const parser = createParser({ onEvent })
    expect(() => parser.feed(bytesOf('data: a\n\ndata: b\n\ndata: c'))).toThrow('mine')
    expect(onEvent).toHaveBeenCalledTimes(1)
    parser.end()
    expect(onEvent.mock.calls.map(([event]) => event.data)).toEqual(['a', 'b'])
  })
})

describe('the memory of a chunk', () => {
  it('may be used again at once', () => {
    const { log, parser } = listen()
    const buffer = new Uint8Array(5)
    for (const chunk of cut(bytesOf('id: 1\ndata: é漢😀 and more\n\ndata: b\n\n'), 5)) {
      buffer.fill(0x0a)
      buffer.set(chunk)
      parser.feed(buffer.subarray(0, chunk.length))
      buffer.fill(0x0a)
    }
    expect(log).toEqual([
      ['event', 'message', 'é漢😀 and more', '1'],
      ['id', '1'],
      ['event', 'message', 'b', '1'],
    ])
  })

  it('may be part of a larger buffer', () => {
    const around = bytesOf('data: no\n\ndata: a\n\ndata: no\n\n')
    expect(record([around.subarray(10, 19)])).toEqual([['event', 'message', 'a', '']])
    expect(record([Buffer.from('data: b\n\n')])).toEqual([['event', 'message', 'b', '']])
  })
})

describe('an event over maxEventSize', () => {
  const errors = (source: string, options: Partial<ParserOptions> = {}) => {
    const found: MessageError[] = []
    record([bytesOf(source)], {
      maxEventSize: 5,
      onError: (error) => found.push(error),
      ...options,
    })
    return found
  }

  it('is reported with its type at its blank line, and skipped', () => {
    const { feed, log } = listen({ maxEventSize: 5 })
    feed('event: big\ndata: 123456\n')
    expect(log).toEqual([])
    feed('data: 1\n\ndata: 12345\n\n')
    expect(log).toEqual([
      ['too-large', 'big'],
      ['event', 'message', '12345', ''],
    ])
    const [error] = errors('event: big\ndata: 123456\n\n')
    expect(error).toBeInstanceOf(MessageError)
    expect(error).toMatchObject({ code: 'too-large', type: 'big', raw: '', issues: [] })
    expect(error?.message).toContain('maxEventSize, 5 characters')
  })

  it('counts the line ends between its lines', () => {
    expect(errors('data: 12\ndata: 34\n\n')).toHaveLength(0)
    expect(errors('data: 12\ndata: 345\n\n')).toHaveLength(1)
    expect(errors('data\ndata\ndata\ndata\ndata\ndata\n\n')).toHaveLength(0)
    expect(errors('data\ndata\ndata\ndata\ndata\ndata\ndata\n\n')).toHaveLength(1)
  })

  it('counts characters, not bytes', () => {
    expect(errors('data: 漢漢漢漢漢\n\n')).toHaveLength(0)
  })

  it('leaves its id and its retry in force', () => {
    const { feed, log } = listen({ maxEventSize: 5 })
    feed('data: 123456\nretry: 9\nid: 1\n\ndata: a\n\n')
    expect(log).toEqual([
      ['retry', 9],
      ['too-large', 'message'],
      ['id', '1'],
      ['event', 'message', 'a', '1'],
    ])
  })

  it('is reported once, however long it goes on', () => {
    expect(errors('data: 123456\n'.repeat(10_000).concat('\n'))).toHaveLength(1)
  })

  it('is silent without onError', () => {
    expect(errors('data: 123456\n\n', { onError: undefined })).toEqual([])
  })

  it.each(['data', 'event', 'id'])('may be so for one endless line of %s', (field) => {
    const line = bytesOf(`${field}: ${'x'.repeat(3000)}\ndata: a\nid: 7\n\ndata: b\n\n`)
    for (const size of [1, 100, 5000])
      expect(record(cut(line, size), { maxEventSize: 5 })).toEqual([
        ['too-large', 'message'],
        ['id', '7'],
        ['event', 'message', 'b', '7'],
      ])
  })

  it.each([':', 'foo:', 'retry: 1', 'x'])(
    'is not so for a long line that begins with "%s"',
    (start) => {
      const line = bytesOf(`data: a\n${start}${'1'.repeat(3000)}\nid: 7\n\n`)
      for (const size of [1, 100, 5000])
        expect(record(cut(line, size), { maxEventSize: 5 })).toEqual([
          ['event', 'message', 'a', '7'],
          ['id', '7'],
        ])
    },
  )

  it('stays so whatever long line follows', () => {
    expect(errors(`data: 123456\n:${'x'.repeat(3000)}\n\n`)).toHaveLength(1)
  })

  it('has 4 Mi characters by default, and none with Infinity', () => {
    const exact = bytesOf(`data: ${'x'.repeat(4 * 1024 * 1024)}\n\n`)
    const over = bytesOf(`data: x${'x'.repeat(4 * 1024 * 1024)}\n\n`)
    expect(record([exact])[0]?.[0]).toBe('event')
    expect(record([over])).toEqual([['too-large', 'message']])
    expect(record([over], { maxEventSize: Infinity })[0]?.[0]).toBe('event')
  })
})

describe('bad input', () => {
  it.each([undefined, null, {}, { onEvent: 'x' }, () => {}])(
    'createParser(%o) throws',
    (options) => {
      expect(() => createParser(options as never)).toThrow(
        new TypeError('createParser needs a function onEvent.'),
      )
    },
  )

  it.each([0, -1, Number.NaN, 'x', null])('maxEventSize %o throws', (maxEventSize) => {
    const create = () => createParser({ onEvent() {}, maxEventSize: maxEventSize as never })
    expect(create).toThrow(RangeError)
    expect(create).toThrow(`maxEventSize is ${maxEventSize}, not a number above 0`)
  })

  it.each<[string, unknown]>([
    ['string', 'data: a\n\n'],
    ['ArrayBuffer', new ArrayBuffer(8)],
    ['DataView', new DataView(new ArrayBuffer(8))],
    ['Uint16Array', new Uint16Array(8)],
    ['undefined', undefined],
    ['object', null],
    ['object', [1, 2]],
  ])('feed of %s throws, and the stream goes on', (kind, chunk) => {
    const { feed, log, parser } = listen()
    feed('data: a')
    expect(() => parser.feed(chunk as never)).toThrow(TypeError)
    expect(() => parser.feed(chunk as never)).toThrow(`feed needs a Uint8Array, not ${kind}`)
    feed('\n\n')
    expect(log).toEqual([['event', 'message', 'a', '']])
  })
})
