/** What a `fetch` of a test resolves with, and what a loop over it gives. */
import { vi } from 'vitest'
import { bytesOf } from './chunks.js'
import { EVENT_STREAM_HEADERS } from './scripted-fetch.js'

/** A `fetch` that answers each request with these chunks. */
export function answering(...chunks: (string | Uint8Array)[]) {
  return vi.fn(async (_request: Request) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const chunk of chunks)
          controller.enqueue(typeof chunk === 'string' ? bytesOf(chunk) : chunk)
        controller.close()
      },
    })
    return new Response(body, { headers: EVENT_STREAM_HEADERS })
  })
}

export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of values) all.push(value)
  return all
}

export async function collectData(events: AsyncIterable<{ data: string }>): Promise<string[]> {
  return (await collect(events)).map(({ data }) => data)
}
