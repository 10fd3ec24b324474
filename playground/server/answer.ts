/** The token stream: a prompt comes with POST, the answer goes out piece by piece, each piece with its place as the id. */
import { setTimeout as delay } from 'node:timers/promises'
import { formatSSE } from '../../src/server/index.js'
import type { AnswerEvents } from '../contract.js'
import type { Feature } from './feature.js'
import { readJSON } from './json.js'
import { writeAnswer } from './passages.js'
import { lastEventId, openPlain } from './plain.js'
import { Refused } from './refused.js'
import type { OpenStream } from './stream.js'

const TOKEN_EVERY = 35
const LONGEST_PROMPT = 400

export function answer(): Feature {
  return {
    routes: {
      async 'POST answer'(exchange) {
        const { prompt } = await readJSON(exchange.request)
        if (typeof prompt !== 'string' || !prompt.trim() || prompt.length > LONGEST_PROMPT)
          throw new Refused(400, `A prompt has 1 to ${LONGEST_PROMPT} characters.`)
        const stream = openPlain(exchange)
        // A client that was cut off says how far it came.
        const from = Number(lastEventId(exchange)) || 0
        if (stream) await write(stream, writeAnswer(prompt.trim()), from)
      },
    },
  }
}

/** Stops when the client leaves. */
async function write(stream: OpenStream, tokens: readonly string[], from: number): Promise<void> {
  const send = <T extends keyof AnswerEvents>(at: number, type: T, data: AnswerEvents[T]) =>
    stream.send(formatSSE({ type, id: String(at), data }))

  for (const [index, text] of tokens.entries()) {
    if (index < from) continue
    await delay(TOKEN_EVERY)
    if (stream.closed.aborted) return
    send(index + 1, 'delta', { text })
  }
  send(tokens.length + 1, 'done', { tokens: tokens.length })
  stream.end()
}
