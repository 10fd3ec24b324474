/** What a session writes within one tick, handed to its sink as one chunk. */
import type { Sink } from './sink.js'

export interface Outbox {
  /** Bytes that are not handed over yet. */
  size(): number
  /** Not copied, unless the chunk holds others too. */
  write(bytes: Uint8Array): void
  flush(): void
}

export function createOutbox(sink: Sink): Outbox {
  let waiting: Uint8Array[] = []
  let size = 0

  function flush() {
    if (waiting.length === 0) return
    const chunk = waiting.length === 1 ? (waiting[0] as Uint8Array) : joined(waiting, size)
    waiting = []
    size = 0
    sink.write(chunk)
  }

  return {
    size: () => size,
    write(bytes) {
      size += bytes.length
      if (waiting.push(bytes) === 1) queueMicrotask(flush)
    },
    flush,
  }
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
