/** What the page receives: made by the bench, known to the page. */

/** Small events of one response. */
export const EVENTS = 200_000
/** One in so many is kept, where memory is measured. */
export const KEPT_OF = 100

/** Prices that a seed decides, so that every run has the same. */
function* prices(): Generator<string, never> {
  let seed = 1
  for (;;) {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    yield (100 + ((seed >>> 8) % 100_000) / 1000).toFixed(3)
  }
}

/** What the last event says, and no other. */
export const LAST = '{"s":"TIDE","p":0}'

/** Events of about 45 bytes, with ids from 1 on. */
export function smallEvents(): Buffer {
  return build(() => ['id', 'data'])
}

/** As many blocks of the same sizes, but all except one in `KEPT_OF` are comments. */
export function fewEvents(): Buffer {
  return build((n) => (n % KEPT_OF === 0 ? ['id', 'data'] : [':i', ':dat']))
}

function build(fields: (n: number) => readonly [string, string]): Buffer {
  const price = prices()
  const block = (_: unknown, index: number) => {
    const n = index + 1
    const [id, data] = fields(n)
    const text = n === EVENTS ? LAST : `{"s":"TIDE","p":${price.next().value}}`
    return `${id}: ${n}\n${data}: ${text}\n\n`
  }
  return Buffer.from(Array.from({ length: EVENTS }, block).join(''))
}
