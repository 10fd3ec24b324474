/** Bytes in chunks, and the ways to cut them. */

/** Pushes a stream chunk by chunk, so that a test, a bench or a server can take it. */
export type Stream = (push: (chunk: Uint8Array) => void) => void

const encoder = new TextEncoder()

export function bytesOf(text: string): Uint8Array {
  return encoder.encode(text)
}

export function chunksOf(stream: Stream): Uint8Array[] {
  const chunks: Uint8Array[] = []
  stream((chunk) => chunks.push(chunk))
  return chunks
}

export function join(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((length, chunk) => length + chunk.length, 0))
  let start = 0
  for (const chunk of chunks) {
    bytes.set(chunk, start)
    start += chunk.length
  }
  return bytes
}

/** The same bytes in chunks of these lengths, used in turn. */
export function cut(bytes: Uint8Array, ...lengths: number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  // Chunks may be empty, but not all of them.
  const turns = lengths.some((length) => length > 0) ? lengths : [...lengths, 1]
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const end = start + turns[turn % turns.length]!
    chunks.push(bytes.subarray(start, end))
    start = end
  }
  return chunks
}

/** All ways to cut the bytes once. */
export function* everySplit(bytes: Uint8Array): Generator<[Uint8Array, Uint8Array]> {
  for (let at = 0; at <= bytes.length; at++) yield [bytes.subarray(0, at), bytes.subarray(at)]
}
