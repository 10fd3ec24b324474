/** Random event streams that know the grammar well enough to break it, and random places to cut them. */
import * as fc from 'fast-check'
import { bytesOf, join } from './chunks.js'

const FIELDS = ['data', 'event', 'id', 'retry']
const ALMOST_FIELDS = ['', 'dat', 'Data', 'data ', ' data', 'foo', '\ufeffdata', 'id\0']
const VALUES = [
  '',
  ' ',
  '  two spaces',
  'plain text',
  'a:b: c',
  'é漢😀',
  'nul\0',
  '0',
  '250',
  '007',
  '12abc',
  '-5',
  '1.5',
  '٣',
  '99999999999999999999999',
  '\ufeff',
  '\u2028\u0085\v\f',
  'x'.repeat(30),
]
const LINE_ENDS = ['\n', '\r', '\r\n']
/** Half characters, characters that do not exist, and bytes that are in none. */
const BAD_BYTES = [
  [0xff],
  [0xc3],
  [0x80],
  [0xe6, 0xbc],
  [0xf0, 0x9f, 0x98],
  [0xed, 0xa0, 0x80],
  [0xc0, 0xaf],
  [0xef, 0xbb],
  [0xef, 0xbb, 0xbf],
].map((bytes) => Uint8Array.from(bytes))

const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...FIELDS) },
  { weight: 2, arbitrary: fc.constantFrom(...ALMOST_FIELDS) },
)
const separator = fc.constantFrom(': ', ': ', ':', ':', ' :', '')

const line = fc
  .tuple(name, separator, fc.constantFrom(...VALUES), fc.constantFrom(...LINE_ENDS))
  .map((parts) => bytesOf(parts.join('')))

const blank = fc.constantFrom(...LINE_ENDS).map((end) => bytesOf(end))
const bad = fc.constantFrom(...BAD_BYTES)
const scrap = fc.constantFrom(...FIELDS, ...VALUES, ':').map((text) => bytesOf(text))

/** The bytes of a stream: mostly fields and blank lines, with scraps and bad bytes in any place. */
export const randomStream: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 12, arbitrary: line },
      { weight: 6, arbitrary: blank },
      { weight: 1, arbitrary: scrap },
      { weight: 1, arbitrary: bad },
    ),
    { maxLength: 32, size: 'max' },
  )
  .map(join)

const usual = fc.constantFrom('data: ', 'data: ', 'id: ', 'event: ')
const unusual = fc.constantFrom(
  'data:',
  'date: ',
  'data',
  'id:',
  'idx: ',
  'even: ',
  'events: ',
  ': ',
  'x: ',
)
const usualValue = fc.oneof(
  fc.constantFrom(
    '',
    '7',
    'tick',
    '{"price":1.25}',
    'y'.repeat(31),
    'y'.repeat(32),
    'y'.repeat(33),
  ),
  fc.integer({ min: 0, max: 400 }).map((length) => 'word '.repeat(80).slice(0, length)),
)
const unusualValue = fc.constantFrom('a\tb', 'nul\0', ' ', ':', `tab ${'y'.repeat(40)}\t`)
const mostly = <T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 30, arbitrary: common }, { weight: 1, arbitrary: rare })

/** What servers send nearly always: ASCII, whole events, one kind of line end. Now and then there is something unusual in it. */
export const usualStream: fc.Arbitrary<Uint8Array> = fc
  .constantFrom(...LINE_ENDS)
  .chain((lineEnd) => {
    const end = mostly(fc.constant(lineEnd), fc.constantFrom(...LINE_ENDS, ''))
    const field = fc
      .tuple(mostly(usual, unusual), mostly(usualValue, unusualValue), end)
      .map((parts) => parts.join(''))
    const event = fc
      .tuple(fc.array(field, { minLength: 1, maxLength: 4 }), end)
      .map(([fields, end]) => fields.join('') + end)
    return fc.array(event, { maxLength: 40, size: 'max' })
  })
  .map((events) => bytesOf(events.join('')))

/** Lengths of the chunks, to be used in turn. */
export const randomCuts: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 60 })),
  { minLength: 1, maxLength: 6 },
)
