import { afterEach, describe, expect, it, vi } from 'vitest'
import { createParser } from '../../src/event-stream/parser.js'
import { bytesOf, type Stream } from '../support/chunks.js'
import { heapInUse } from '../support/garbage.js'
import { endless, oneEvent, tokens } from '../support/workloads.js'

const MiB = 1024 * 1024

afterEach(() => {
  vi.restoreAllMocks()
})

/** Characters that searches went through and bytes that were decoded while the parser read the stream. */
function workOf(stream: Stream) {
  const work = { bytes: 0, searched: 0, decoded: 0 }
  const { indexOf } = String.prototype
  const { decode } = TextDecoder.prototype
  vi.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, text, from = 0) {
    const found = indexOf.call(this, text, from)
    work.searched += (found < 0 ? this.length : found + 1) - from
    return found
  })
  vi.spyOn(TextDecoder.prototype, 'decode').mockImplementation(function (
    this: TextDecoder,
    bytes,
    options,
  ) {
    work.decoded += bytes?.byteLength ?? 0
    return decode.call(this, bytes, options)
  })
  const parser = createParser({ onEvent() {}, maxEventSize: Infinity })
  stream((chunk) => {
    work.bytes += chunk.length
    parser.feed(chunk)
  })
  vi.restoreAllMocks()
  return work
}

describe('the work is proportional to the bytes', () => {
  const CR = bytesOf('data: a\r\r'.repeat(20_000))
  const LF = bytesOf('data: a\n\n'.repeat(20_000))
  const bare = bytesOf('data\n'.repeat(30_000))

  it.each<[string, Stream]>([
    ['one long line in small pieces', oneEvent(MiB, 64)],
    ['one long line in large pieces', oneEvent(MiB, 65_536)],
    ['one long line byte by byte', oneEvent(20_000, 1)],
    ['short lines in one large chunk', (push) => push(LF)],
    ['lines that end in CR', (push) => push(CR)],
    ['lines without a colon', (push) => push(bare)],
    ['a model that answers', tokens(2000)],
    ['an endless comment', endless(':', MiB, 1000)],
    ['an endless field', endless('x: ', MiB, 1000)],
  ])('for %s', (_name, stream) => {
    const { bytes, decoded, searched } = workOf(stream)
    expect(decoded).toBe(bytes)
    // Once for LF, once for CR, once for the colon of a line.
    expect(searched).toBeLessThanOrEqual(3 * bytes)
  })
})

describe('memory', () => {
  it('holds an event of 50 MB that comes in pieces of 1 KiB', { timeout: 60_000 }, () => {
    let length = 0
    const parser = createParser({
      maxEventSize: Infinity,
      onEvent: ({ data }) => {
        length = data.length
      },
    })
    oneEvent(50_000_000, 1024)(parser.feed)
    expect(length).toBe(50_000_000)
  })

  it.each([':', 'data: ', 'event: ', 'id: ', 'retry: ', 'foo: ', 'x'])(
    'stays flat while a line that begins with "%s" never ends',
    { timeout: 60_000 },
    async (start) => {
      const parser = createParser({ onEvent() {}, maxEventSize: 1000 })
      const before = await heapInUse()
      endless(start, 50 * MiB, 1000)(parser.feed)
      expect((await heapInUse()) - before).toBeLessThan(MiB)
      parser.end()
    },
  )

  it('stays flat while an event never ends, whatever lines it has', {
    timeout: 60_000,
  }, async () => {
    const parser = createParser({ onEvent() {}, maxEventSize: 1000 })
    const lines = bytesOf(
      'data: some text\ndata\n: comment\nevent: name\nid: 7\nfoo: bar\n'.repeat(100),
    )
    const before = await heapInUse()
    for (let sent = 0; sent < 20 * MiB; sent += lines.length) parser.feed(lines)
    expect((await heapInUse()) - before).toBeLessThan(MiB)
    parser.end()
  })

  it('keeps nothing of an event that was dispatched', async () => {
    const parser = createParser({ onEvent() {} })
    const before = await heapInUse()
    oneEvent(4_000_000, 1024)(parser.feed)
    expect((await heapInUse()) - before).toBeLessThan(MiB)
    parser.end()
  })

  it('of a chunk is let go', async () => {
    const parser = createParser({ onEvent() {} })
    const sent: WeakRef<ArrayBufferLike>[] = []
    const send = () => {
      const bytes = bytesOf(`data: a\n\ndata: ${'b'.repeat(40_000)}`)
      sent.push(new WeakRef(bytes.buffer))
      parser.feed(bytes)
    }
    send()
    await heapInUse()
    expect(sent[0]?.deref()).toBeUndefined()
    parser.end()
  })
})
