import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut } from '../support/chunks.js'
import { randomCuts, randomStream, usualStream } from '../support/random-stream.js'
import { record } from '../support/recording.js'
import { referenceParse } from '../support/reference-parser.js'

/** The runs of the first property; the others take a tenth. More with `STREAMS=1000000 npx vitest run …`. */
const STREAMS = Number(process.env.STREAMS ?? 100_000)

describe('the parser agrees with the reference', () => {
  it(`on ${STREAMS} random streams, cut anywhere`, { timeout: STREAMS * 5 }, () =>
    fc.assert(
      fc.property(randomStream, randomCuts, (bytes, lengths) => {
        expect(record(cut(bytes, ...lengths))).toEqual(referenceParse(bytes))
      }),
      { numRuns: STREAMS },
    ),
  )

  it('about what is too large', { timeout: STREAMS }, () =>
    fc.assert(
      fc.property(
        randomStream,
        randomCuts,
        fc.integer({ min: 1, max: 12 }),
        (bytes, lengths, maxEventSize) => {
          const chunks = cut(bytes, ...lengths)
          expect(record(chunks, { maxEventSize })).toEqual(referenceParse(bytes, { maxEventSize }))
        },
      ),
      { numRuns: STREAMS / 10 },
    ),
  )

  it('when comments are not listened to', { timeout: STREAMS }, () =>
    fc.assert(
      fc.property(randomStream, randomCuts, fc.string(), (bytes, lengths, lastEventId) => {
        const log = referenceParse(bytes, { lastEventId }).filter(([kind]) => kind !== 'comment')
        expect(record(cut(bytes, ...lengths), { lastEventId, onComment: undefined })).toEqual(log)
      }),
      { numRuns: STREAMS / 10 },
    ),
  )

  it('on what servers usually send, whole and byte by byte', { timeout: STREAMS }, () =>
    fc.assert(
      fc.property(usualStream, fc.integer({ min: 1, max: 3000 }), (bytes, length) => {
        const said = referenceParse(bytes)
        // Whole the fast path takes it, in single bytes the plain grammar, in chunks now this and now that.
        for (const size of [bytes.length || 1, 1, length])
          expect(record(cut(bytes, size))).toEqual(said)
      }),
      { numRuns: STREAMS / 20 },
    ),
  )
})
