/**
 * Bytes of an event stream to events, to the letter of WHATWG HTML 9.2.5 and 9.2.6, in time linear in the bytes however they are cut.
 *
 * Bytes are decoded block by block to `text`; `readLine` takes a line of it, `readField` what the line says, `endBlock` dispatches. A
 * line that the text does not finish is `held` for the next one. Whole events of ASCII take the fast path, to the same `endBlock`.
 *
 * Over 250 lines because its state is one closure, and the documentation of what it takes is part of it.
 */
import { LONGEST_DELAY } from '../abort.js'
import { MessageError } from '../errors.js'
import { createDecoder, type Decoder } from './decoder.js'
import type { StreamEvent } from './event.js'
import { readEvents } from './fast-path.js'

export interface ParserOptions {
  /**
   * Called synchronously, in stream order, once an event. What it or another callback throws leaves `feed`; the next `feed` or
   * `end` goes on behind it, first with the rest of that chunk.
   */
  onEvent: (event: StreamEvent) => void
  /** At the end of a block with an `id:` line, without data too; after its `onEvent`. '' where the server reset it. */
  onId?: ((lastEventId: string) => void) | undefined
  /** A valid `retry:` field, when its line is read; at most 2³¹ − 1, the longest wait of a timer. */
  onRetry?: ((milliseconds: number) => void) | undefined
  /** A comment line, without its colon. Comments cost nothing when absent. */
  onComment?: ((text: string) => void) | undefined
  /** At the blank line of an event over `maxEventSize` ('too-large'), which was skipped; its `id:` and `retry:` count. */
  onError?: ((error: MessageError) => void) | undefined
  /** The last event ID in force at the start. Default ''. */
  lastEventId?: string | undefined
  /**
   * Characters of data; larger events are skipped to their blank line. Default 4 Mi. A line may be 1,024 characters longer:
   * beyond that a type or an id makes its event too large as well, while a comment or an unknown field is ignored.
   */
  maxEventSize?: number | undefined
}

export interface Parser {
  /**
   * Reads the next bytes, which are free for other use when it returns. Throws `TypeError` for anything but a `Uint8Array`, and
   * `Error` inside a callback of this parser.
   */
  feed(bytes: Uint8Array): void
  /**
   * The body ended: an unfinished block is dropped, as the standard says. The last event ID stays in force: the next bytes are
   * the start of another stream of the same source. Inside a callback it drops the rest of the chunk.
   */
  end(): void
  /** Ready for another stream; the last event ID is again that of the options. Inside a callback it drops the rest of the chunk. */
  reset(): void
}

const BOM = '\uFEFF'
const DEFAULT_EVENT_SIZE = 4 * 1024 * 1024
/** Room in a line beside an event's data: for the name of its field, or for an id and a type where `maxEventSize` is small. */
const LINE_MARGIN = 1024
/** Decoded at once. A string cut out of a text keeps all of it in memory, so texts are small. */
const BLOCK_BYTES = 16 * 1024
const NO_BYTES = new Uint8Array()

/** Throws `TypeError` without an `onEvent` function, `RangeError` for a `maxEventSize` that is no number above 0; `Infinity` is one. */
export function createParser(options: ParserOptions): Parser {
  if (typeof options?.onEvent !== 'function')
    throw new TypeError('createParser needs a function onEvent.')
  const { onEvent, onId, onRetry, onComment, onError, maxEventSize = DEFAULT_EVENT_SIZE } = options
  if (!(maxEventSize > 0))
    throw new RangeError(`maxEventSize is ${maxEventSize}, not a number above 0.`)
  const longestLine = maxEventSize + LINE_MARGIN

  let lastEventId: string
  let reading = false
  /** The fast path does not count: no event in a block is larger. */
  const mayHurry = maxEventSize >= BLOCK_BYTES

  // What is still to be read: bytes of the chunk from `offset`, and of the text that the bytes before them gave, from `position`.
  let decoder: Decoder
  let bytes: Uint8Array
  let offset: number
  let text: string
  let position: number
  /** The bytes of `text` where all of it is ASCII. */
  let ascii: Uint8Array
  /** Next in `text`. Remembered: to search for a line end that it has not once a line would be quadratic. */
  let lf: number
  let cr: number
  /** Dropped where it comes next: the BOM at the start of a stream, the LF after a CR. */
  let swallowed: string

  // The line under way.
  let held: string
  let skipsLine: boolean

  // The block under way. Its id is in force at its end; `excess` is the beginning of what made it too large.
  /** Nothing of it was read, and the fast path may try. */
  let isFresh: boolean
  let type: string
  let data: string | undefined
  let id: string | undefined
  let excess: string

  function startStream() {
    decoder = createDecoder()
    bytes = ascii = NO_BYTES
    text = held = ''
    position = 0
    lf = cr = -1
    swallowed = BOM
    skipsLine = false
    startBlock()
  }

  function startBlock() {
    isFresh = mayHurry
    type = excess = ''
    data = id = undefined
  }

  function read(chunk: Uint8Array) {
    reading = true
    bytes = chunk
    offset = 0
    try {
      if (position < text.length) readText()
      while (offset < bytes.length) {
        const block =
          bytes.length > BLOCK_BYTES ? bytes.subarray(offset, offset + BLOCK_BYTES) : bytes
        offset += BLOCK_BYTES
        text = decoder.decode(block)
        position = 0
        ascii = decoder.isASCII() ? block : NO_BYTES
        readText()
      }
    } catch (thrown) {
      // The bytes are the caller's again, so the rest waits as text.
      text = text.slice(position) + decoder.decode(bytes.subarray(offset))
      position = 0
      throw thrown
    } finally {
      bytes = ascii = NO_BYTES
      reading = false
    }
  }

  function readText() {
    lf = cr = -1
    while (position < text.length) {
      if (swallowed) {
        if (text[position] === swallowed) position++
        swallowed = ''
      } else {
        if (isFresh) readEvents(ascii, text, position, endBlock)
        readLine()
      }
    }
  }

  function readLine() {
    if (lf < position) lf = find('\n')
    if (cr < position) cr = find('\r')
    const start = position
    const end = Math.min(lf, cr)
    position = end + 1
    if (end === text.length) return holdLine(text.slice(start))
    // A CR ends its line at once: nobody knows when the next byte comes.
    if (end === cr) swallowed = '\n'
    if (skipsLine) skipsLine = false
    else if (held) {
      const line = held + text.slice(start, end)
      held = ''
      readField(line, 0, line.length)
    } else if (start < end) readField(text, start, end)
    else endBlock(position, type, data, id, excess)
  }

  function find(lineEnd: string) {
    const found = text.indexOf(lineEnd, position)
    return found < 0 ? text.length : found
  }

  /** A rope, flattened only when its line is whole: what is held is neither copied nor searched again with every chunk. */
  function holdLine(part: string) {
    isFresh &&= !part
    skipsLine ||= !held && !onComment && part[0] === ':'
    if (!skipsLine) held += part
    if (held.length > longestLine) {
      readField(held, 0, held.length)
      held = ''
      skipsLine = true
    }
  }

  /** 9.2.6, "process the field". Of a line that is too long only the start may be there: whatever the field, it is data that is too large. */
  function readField(source: string, start: number, end: number) {
    isFresh = false
    let colon = start
    // Codes, since they are faster than characters.
    while (colon < end && source.charCodeAt(colon) !== 58) colon++
    let name = source.slice(start, colon)
    const value = source.slice(colon + (source.charCodeAt(colon + 1) === 32 ? 2 : 1), end)
    if (end - start > longestLine) name = /^(data|event|id)$/.test(name) ? 'data' : 'ignored'
    switch (name) {
      case '':
        onComment?.(source.slice(start + 1, end))
        break
      case 'data':
        data = data === undefined ? value : `${data}\n${value}`
        if (data.length > maxEventSize) {
          excess ||= data.split('', 500).join('') // a slice would keep all of it in memory
          data = undefined
        }
        break
      case 'event':
        type = value
        break
      case 'id':
        if (!value.includes('\0')) id = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) onRetry?.(Math.min(Number(value), LONGEST_DELAY))
    }
  }

  /** 9.2.6, "dispatch the event": of the block that ends at a position of the text. Says whether the text is still there. */
  function endBlock(end: number, name: string, value?: string, newId?: string, tooMuch?: string) {
    // Before the callbacks, which may throw: the next feed continues after this block.
    position = end
    if (!isFresh) startBlock()
    if (newId !== undefined) lastEventId = newId
    name ||= 'message'
    try {
      if (tooMuch) {
        const text = `An event "${name}" is over maxEventSize, ${maxEventSize} characters.`
        onError?.(new MessageError('too-large', text, { type: name, raw: tooMuch }))
      } else if (value !== undefined) onEvent({ type: name, data: value, lastEventId })
    } finally {
      // A callback that called reset() or end() has left this stream.
      if (newId !== undefined && position === end) onId?.(lastEventId)
    }
    return position === end
  }

  const parser: Parser = {
    feed(chunk) {
      const kind: unknown = chunk?.[Symbol.toStringTag]
      if (kind !== 'Uint8Array')
        throw new TypeError(
          `feed needs a Uint8Array, not ${kind ?? typeof chunk}: wrap or encode it first.`,
        )
      if (reading)
        throw new Error('feed was called inside a callback of its parser: call it afterwards.')
      read(chunk)
    },
    end() {
      if (!reading) read(NO_BYTES)
      startStream()
    },
    reset() {
      lastEventId = options.lastEventId ?? ''
      startStream()
    },
  }
  parser.reset()
  return parser
}
