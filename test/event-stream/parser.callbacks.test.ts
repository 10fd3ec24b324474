import { describe, expect, it, vi } from 'vitest'
import { createParser, type Parser } from '../../src/event-stream/parser.js'
import { bytesOf, cut, join } from '../support/chunks.js'
import { listen, recorder } from '../support/recording.js'
import { type Entry, referenceParse } from '../support/reference-parser.js'

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

  it('that throws before a character that the chunk cuts leaves the next chunk in its places', () => {
    // The longer emoji and the shorter é make up for each other: as many characters as bytes, but each a place off.
    const [start, end] = [bytesOf('😀').subarray(0, 3), bytesOf('😀').subarray(3)]
    const next = join([end, bytesOf(`\n\nxdata: 1\n\n: é ${'-'.repeat(60)}\n\n`)])
    for (const between of ['', 'x\n'.repeat(9000)]) {
      const onEvent = vi.fn().mockImplementationOnce(() => {
        throw new Error('mine')
      })
      const parser = createParser({ onEvent })
      const first = join([bytesOf(`data: a\n\n${between}: `), start])
      expect(() => parser.feed(first)).toThrow('mine')
      parser.feed(next)
      expect(onEvent).toHaveBeenCalledOnce()
    }
  })
})
