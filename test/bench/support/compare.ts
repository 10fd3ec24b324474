/** Contestants side by side: outputs are compared first, rounds are interleaved, and ratios are taken within a round. */

export interface Contestant {
  readonly name: string
  /** Does the work once and gives what came out, in a form that equals the others'. Never timed. */
  output(): unknown
  /** Does the work once and gives its cost; less is better. */
  cost(): number | Promise<number>
}

export interface Spread {
  readonly median: number
  readonly p25: number
  readonly p75: number
}

export interface Row {
  readonly workload: string
  readonly contestant: string
  readonly cost: Spread
  /** How many times better than the first contestant: its cost over this one's, round by round. */
  readonly times: Spread
}

/**
 * The first contestant is what the others are compared with. Throws where an output differs from its: nothing that does other work
 * is timed.
 */
export async function compare(
  workload: string,
  contestants: readonly Contestant[],
  { rounds = 15, warmUp = 2 } = {},
): Promise<Row[]> {
  const [first] = contestants
  if (!first) throw new Error(`${workload}: nothing to compare.`)
  const expected = JSON.stringify(await first.output())
  for (const { name, output } of contestants)
    if (JSON.stringify(await output()) !== expected)
      throw new Error(`${workload}: the output of ${name} differs from that of ${first.name}.`)

  const costs = contestants.map((): number[] => [])
  for (let round = -warmUp; round < rounds; round++)
    for (const [index, contestant] of contestants.entries()) {
      const cost = await contestant.cost()
      if (round >= 0) costs[index]?.push(cost)
    }
  const base = costs[0] ?? []
  return contestants.map(({ name }, index) => {
    const own = costs[index] ?? []
    const times = own.map((cost, round) => (base[round] ?? Number.NaN) / cost)
    return { workload, contestant: name, cost: spread(own), times: spread(times) }
  })
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (part: number) => sorted[Math.floor((sorted.length - 1) * part)] ?? Number.NaN
  return { median: at(0.5), p25: at(0.25), p75: at(0.75) }
}
