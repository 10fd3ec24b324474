import { describe, expect, it } from 'vitest'
import { MessageError } from '../../src/errors.js'
import type { ParserOptions } from '../../src/event-stream/parser.js'
import { bytesOf, cut } from '../support/chunks.js'
import { listen, record } from '../support/recording.js'

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
    expect(error).toMatchObject({ code: 'too-large', type: 'big', raw: '123456', issues: [] })
    expect(error?.message).toContain('maxEventSize, 5 characters')
  })

  it.each([1, 700, 20_000])('is reported with its beginning, in chunks of %i bytes', (size) => {
    const beginning = (source: string) => {
      const found: MessageError[] = []
      record(cut(bytesOf(source), size), { maxEventSize: 5, onError: (error) => found.push(error) })
      expect(found).toHaveLength(1)
      return found[0]?.raw
    }
    const long = 'abcdefghij'.repeat(1000)
    expect(beginning(`data: ${long}\nevent: big\n\n`)).toBe(long.slice(0, 500))
    expect(beginning('data: abc\ndata: def\ndata: ghi\n\n')).toBe('abc\ndef')
    expect(beginning(`data: abc\ndata: ${long}\n\n`)).toBe(`abc\n${long}`.slice(0, 500))
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
