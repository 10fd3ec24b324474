import { describe, expect, it } from 'vitest'
import { createParser } from '../../src/event-stream/parser.js'
import { bytesOf, chunksOf, cut, everySplit, join } from '../support/chunks.js'
import { fixtures } from '../support/fixtures.js'
import { listen, record } from '../support/recording.js'
import { referenceParse } from '../support/reference-parser.js'

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

describe('a character cut by the end of a chunk', () => {
  it('does not put the next chunk out of place, where as many characters as bytes come of it', () => {
    const stream = bytesOf(`: 😀\n\nxdata: 1\n\n: é ${'-'.repeat(60)}\n\n`)
    expect(record(cut(stream, 5, stream.length))).toEqual(referenceParse(stream))
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
