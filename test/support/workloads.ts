/** Large event streams, to be measured. */
import { bytesOf, type Stream } from './chunks.js'

const counted = (count: number, block: (index: number) => string): Stream => {
  return (push) => {
    for (let index = 0; index < count; index++) push(bytesOf(block(index)))
  }
}

/** A language model that answers: named events with JSON of about 140 characters, one a chunk. */
export const tokens = (count: number): Stream =>
  counted(
    count,
    (index) =>
      `event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word ${index} of the answer"}}\n\n`,
  )

/** Prices: short events with ids. */
export const ticks = (count: number, lineEnd = '\n'): Stream =>
  counted(count, (index) => `id: ${index}${lineEnd}data: {"p":${index % 997}}${lineEnd}${lineEnd}`)

/** Text that is not ASCII. */
export const prose = (count: number): Stream =>
  counted(count, (index) => `data: 漢字かな交じり文 ${index} – ça va 😀\n\n`)

/** One event of `size` characters in pieces of `piece` bytes. */
export const oneEvent = (size: number, piece: number): Stream => {
  return (push) => {
    const filler = bytesOf('x'.repeat(piece))
    push(bytesOf('data: '))
    for (let left = size; left > 0; left -= piece) push(filler.subarray(0, Math.min(left, piece)))
    push(bytesOf('\n\n'))
  }
}

/** What never ends in a blank line: a comment, a field, whatever begins with `start`. */
export const endless = (start: string, size: number, piece: number): Stream => {
  return (push) => {
    const filler = bytesOf('x'.repeat(piece))
    push(bytesOf(start))
    for (let sent = 0; sent < size; sent += piece) push(filler)
  }
}
