/**
 * Where a session writes: the body of one response.
 *
 * What each connection has of its own are methods, never getters: V8 keeps an object literal with a getter as a dictionary, half a KiB each.
 */

export interface Sink {
  /** Bytes that were written and not read. */
  unread(): number
  write(chunk: Uint8Array): void
  /** What was written is still read; then the body ends. */
  end(): void
  /** Ends at once and drops what was not read. */
  cut(): void
}

export interface SinkListener {
  /** Less than `AHEAD` is unread. */
  drained(): void
  /** The reader left. */
  left(): void
}

/** What is read from the log before somebody wants it. */
export const AHEAD = 64 * 1024

/** A sink as a stream: pushed to, never a promise a write. */
export function createStreamSink(listener: SinkListener): {
  sink: Sink
  body: ReadableStream<Uint8Array>
} {
  let controller!: ReadableStreamDefaultController<Uint8Array>
  let open = true
  const body = new ReadableStream<Uint8Array>(
    {
      start: (given) => {
        controller = given
      },
      pull: () => listener.drained(),
      cancel() {
        open = false
        listener.left()
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: AHEAD }),
  )
  const sink: Sink = {
    unread: () => (open ? AHEAD - (controller.desiredSize ?? AHEAD) : 0),
    write(chunk) {
      if (open) controller.enqueue(chunk)
    },
    end() {
      if (!open) return
      open = false
      controller.close()
    },
    cut() {
      if (!open) return
      open = false
      controller.error(new Error('The reader fell too far behind.'))
    },
  }
  return { sink, body }
}
