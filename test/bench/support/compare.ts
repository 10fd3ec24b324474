/** Contestants side by side: outputs are compared first, rounds are interleaved, and ratios are taken within a round. */

/** `own`: Tidewire. `peer`: what people use instead. `limit`: less than any of them could do. */
export type Role = 'own' | 'peer' | 'limit'

export interface Contestant {
  readonly name: string
  /** Default 'peer'. */
  readonly role?: Role
  /** Does the work once and gives what came out, in a form that equals the others'. Never timed. Nobody asks a 'limit'. */
  output(): unknown
  /** Does the work once and gives its cost in the comparison's unit; less is better. */
  cost(): number | Promise<number>
}

export interface Spread {
  readonly median: number
  readonly p25: number
  readonly p75: number
}

export interface Row {
  readonly contestant: string
  readonly role: Role
  /** Its cost in each round, in the order of the rounds. */
  readonly costs: readonly number[]
}

/** One workload. The others are shown as so many times the first contestant. */
export interface Comparison {
  readonly workload: string
  /** Of the costs: 'ns an event', 'ms', 'bytes'. */
  readonly unit: string
  readonly rows: readonly Row[]
  /** What a reader must know about this workload alone. */
  readonly note?: string
  /** The rows do not do the same: no ratios are shown. */
  readonly isList?: boolean
}

export interface CompareOptions {
  readonly unit?: string
  readonly note?: string
  readonly rounds?: number
  /** Rounds that are not counted. */
  readonly warmUp?: number
  /** No round begins after so many ms, once there are five. */
  readonly limit?: number
}

/**
 * The first contestant is what the others are compared with. Throws where an output differs from its: nothing that does other work
 * is timed.
 */
export async function compare(
  workload: string,
  contestants: readonly Contestant[],
  { unit = 'ms', note, rounds = 15, warmUp = 2, limit = 60_000 }: CompareOptions = {},
): Promise<Comparison> {
  const [first] = contestants
  if (!first) throw new Error(`${workload}: nothing to compare.`)
  const expected = JSON.stringify(await first.output())
  for (const contestant of contestants.slice(1)) {
    if (contestant.role === 'limit') continue
    const output = JSON.stringify(await contestant.output())
    if (output !== expected)
      throw new Error(
        `${workload}: the output of ${contestant.name} differs from that of ${first.name}: ${excerpt(output)}, not ${excerpt(expected)}.`,
      )
  }

  const costs = contestants.map((): number[] => [])
  const began = performance.now()
  for (let round = -warmUp; round < rounds; round++) {
    if (round >= 5 && performance.now() - began > limit) break
    for (const [index, contestant] of contestants.entries()) {
      tidy()
      const cost = await contestant.cost()
      if (round >= 0) costs[index]?.push(cost)
    }
  }
  const rows = contestants.map(({ name, role = 'peer' }, index) => {
    return { contestant: name, role, costs: costs[index] ?? [] }
  })
  return { workload, unit, rows, ...(note && { note }) }
}

/** How many times better `better` is than `worse`: the ratio of their costs, round by round. */
export function times({ workload, rows }: Comparison, better: string, worse: string): Spread {
  const costsOf = (name: string) => {
    const row = rows.find(({ contestant }) => contestant === name)
    if (!row) throw new Error(`${workload}: there is no contestant "${name}".`)
    return row.costs
  }
  const own = costsOf(better)
  return spread(costsOf(worse).map((cost, round) => cost / (own[round] ?? Number.NaN)))
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number) => {
    const place = (sorted.length - 1) * part
    const [low = Number.NaN, high = low] = sorted.slice(Math.floor(place))
    return low + (high - low) * (place % 1)
  }
  return { median: at(0.5), p25: at(0.25), p75: at(0.75) }
}

/** Young garbage only: a full collection throws away the code of those who wait for their turn, which made them up to 4 times slower. */
function tidy() {
  globalThis.gc?.({ type: 'minor', execution: 'sync' })
}

const excerpt = (text: string | undefined) => String(text).slice(0, 200)
