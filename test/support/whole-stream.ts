/** A stream that ends, as lines. */
import type { Stream } from './hub-reader.js'

/** The events of a stream that ends, as `type data`, and how it ended. */
export async function all(stream: Stream): Promise<string[]> {
  const events: string[] = []
  for (let block = await stream.next(); block; block = await stream.next())
    events.push(`${block.type} ${block.data}`)
  return [...events, await stream.ended]
}
