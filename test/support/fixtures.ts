/** Small event streams, each with what a parser has to say to it. */
import { bytesOf, type Stream } from './chunks.js'
import type { Entry } from './reference-parser.js'

export interface Fixture {
  readonly name: string
  readonly stream: Stream
  readonly log: readonly Entry[]
}

function fixture(name: string, parts: string | (string | number[])[], ...log: Entry[]): Fixture {
  const chunks = [parts]
    .flat()
    .map((part) => (typeof part === 'string' ? bytesOf(part) : Uint8Array.from(part as number[])))
  return { name, log, stream: (push) => chunks.forEach(push) }
}

const message = (data: string, lastEventId = ''): Entry => ['event', 'message', data, lastEventId]

export const fixtures: readonly Fixture[] = [
  fixture('nothing', ''),
  fixture('one event', 'data: one\n\n', message('one')),
  fixture('a type', 'event: tick\ndata: 1\n\n', ['event', 'tick', '1', '']),
  fixture('the type after the data', 'data: 1\nevent: tick\n\n', ['event', 'tick', '1', '']),
  fixture('the last of two types', 'event: a\nevent: b\ndata\n\n', ['event', 'b', '', '']),
  fixture('an empty type', 'event: a\nevent:\ndata\n\n', message('')),
  fixture(
    'a type for one event',
    'event: a\ndata: 1\n\ndata: 2\n\n',
    ['event', 'a', '1', ''],
    message('2'),
  ),
  fixture('a type without data', 'event: a\n\ndata: 1\n\n', message('1')),
  fixture('several lines of data', 'data: YHOO\ndata: +2\ndata: 10\n\n', message('YHOO\n+2\n10')),
  fixture(
    'empty lines of data',
    'data\n\ndata\ndata\n\ndata:\n\n',
    message(''),
    message('\n'),
    message(''),
  ),
  fixture('data not ended', 'data: 1\n\ndata: 2\n', message('1')),
  fixture('a line not ended', 'data: 1\n\ndata: 2', message('1')),
  fixture(
    'one space removed',
    'data:a\n\ndata: a\n\ndata:  a\n\ndata:\ta\n\n',
    message('a'),
    message('a'),
    message(' a'),
    message('\ta'),
  ),
  fixture('colons in a value', 'data: a:b: c\n\ndata::\n\n', message('a:b: c'), message(':')),
  fixture(
    'comments',
    ': hello\n\n:\n:x\ndata: 1\n:y\n\n',
    ['comment', ' hello'],
    ['comment', ''],
    ['comment', 'x'],
    ['comment', 'y'],
    message('1'),
  ),
  fixture(
    'unknown fields',
    'foo: 1\nDATA: 2\n data: 3\ndata : 4\ndatum: 5\nfoo\ndata: 6\n\n',
    message('6'),
  ),
  fixture(
    'LF',
    'id: 1\ndata: a\ndata: b\n\ndata: c\n\n',
    message('a\nb', '1'),
    ['id', '1'],
    message('c', '1'),
  ),
  fixture(
    'CRLF',
    'id: 1\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n',
    message('a\nb', '1'),
    ['id', '1'],
    message('c', '1'),
  ),
  fixture(
    'CR',
    'id: 1\rdata: a\rdata: b\r\rdata: c\r\r',
    message('a\nb', '1'),
    ['id', '1'],
    message('c', '1'),
  ),
  fixture(
    'line ends mixed',
    'data: a\r\ndata: b\ndata: c\r\n\rdata: d\n\r\ndata: e\r\r\n',
    message('a\nb\nc'),
    message('d'),
    message('e'),
  ),
  fixture('LF CR is two line ends', 'data: a\n\rdata: b\n\r', message('a'), message('b')),
  fixture(
    'no other line ends',
    'data: a\u2028b\u0085c\vd\fe\n\n',
    message('a\u2028b\u0085c\vd\fe'),
  ),
  fixture(
    'an id',
    'id: 1\ndata: a\n\ndata: b\n\n',
    message('a', '1'),
    ['id', '1'],
    message('b', '1'),
  ),
  fixture('an id after the data', 'data: a\nid: 1\n\n', message('a', '1'), ['id', '1']),
  fixture('the last of two ids', 'id: 1\nid: 2\ndata: a\n\n', message('a', '2'), ['id', '2']),
  fixture('an id without data', 'id: 1\n\ndata: a\n\n', ['id', '1'], message('a', '1')),
  fixture(
    'an id reset',
    'id: 1\n\nid\ndata: a\n\nid: 2\n\nid:\n\n',
    ['id', '1'],
    message('a'),
    ['id', ''],
    ['id', '2'],
    ['id', ''],
  ),
  fixture(
    'an id with NUL',
    'id: 1\n\nid: 2\0\ndata: a\n\nid: \0\nid: 3\nid: 4\0\n\n',
    ['id', '1'],
    message('a', '1'),
    ['id', '3'],
  ),
  fixture('an id not ended', 'id: 1\n\nid: 2\n', ['id', '1']),
  fixture('an id beyond ASCII', 'id: é漢😀\ndata\n\n', message('', 'é漢😀'), ['id', 'é漢😀']),
  fixture(
    'retry',
    'retry: 250\n\nretry:7\nretry: 007\nretry: 0\n\n',
    ['retry', 250],
    ['retry', 7],
    ['retry', 7],
    ['retry', 0],
  ),
  fixture(
    'retry in force when its line is read',
    'data: a\nretry: 9\n\nretry: 8\n',
    ['retry', 9],
    message('a'),
    ['retry', 8],
  ),
  fixture(
    'retry that is no number',
    'retry\nretry:\nretry: 12abc\nretry: -5\nretry: 1.5\nretry: 1e3\nretry:  5\nretry: ٣\nretry: 0x1f\nretry: +5\n\n',
  ),
  fixture('retry beyond all timers', 'retry: 99999999999999999999\n\n', ['retry', 2 ** 31 - 1]),
  fixture('NUL in data', 'data: a\0b\n\n', message('a\0b')),
  fixture('a BOM', '\ufeffdata: a\n\n', message('a')),
  fixture('a second BOM', '\ufeff\ufeffdata: a\n\ndata: b\n\n', message('b')),
  fixture('a BOM inside', 'data: \ufeffa\n\n\ufeffdata: b\n\n', message('\ufeffa')),
  fixture('a BOM before a blank line', '\ufeff\ndata: a\n\n', message('a')),
  fixture('half a BOM', [[0xef, 0xbb], 'data: a\n\ndata: b\n\n'], message('b')),
  fixture(
    'characters of two, three and four bytes',
    'data: é漢😀\n\ndata: a\n\n',
    message('é漢😀'),
    message('a'),
  ),
  fixture(
    'bytes that are no UTF-8',
    ['data: ', [0xff, 0xc3], 'a', [0xe6, 0xbc], '\n\ndata: ', [0xed, 0xa0, 0x80], '\n\n'],
    message('\ufffd\ufffda\ufffd'),
    message('\ufffd\ufffd\ufffd'),
  ),
  fixture(
    'half a character before a line end',
    ['data: ', [0xf0, 0x9f, 0x98], '\r\n\r\ndata: a\n\n'],
    message('\ufffd'),
    message('a'),
  ),
  fixture('only blank lines', '\n\r\n\r\n\n\r'),
]
