/** What the real parser says, in the words of the reference. */
import { createParser, type ParserOptions } from '../../src/event-stream/parser.js'
import { bytesOf } from './chunks.js'
import type { Entry } from './reference-parser.js'

/** The options of a parser whose callbacks write into `log`. */
export function recorder(log: Entry[]) {
  return {
    onEvent: ({ type, data, lastEventId }) => log.push(['event', type, data, lastEventId]),
    onId: (lastEventId) => log.push(['id', lastEventId]),
    onRetry: (milliseconds) => log.push(['retry', milliseconds]),
    onComment: (text) => log.push(['comment', text]),
    onError: ({ type }) => log.push(['too-large', type]),
  } satisfies ParserOptions
}

/** What the real parser says to these chunks. */
export function record(
  chunks: Iterable<Uint8Array>,
  options: Partial<ParserOptions> = {},
): Entry[] {
  const log: Entry[] = []
  const parser = createParser({ ...recorder(log), ...options })
  for (const chunk of chunks) parser.feed(chunk)
  parser.end()
  return log
}

/** A parser to be fed step by step, and what it has said so far. */
export function listen(options: Partial<ParserOptions> = {}) {
  const log: Entry[] = []
  const parser = createParser({ ...recorder(log), ...options })
  return { parser, log, feed: (text: string) => parser.feed(bytesOf(text)) }
}
