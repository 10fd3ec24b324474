/** What is kept of a bench: `test/bench/results/<name>.json`, committed, so that the page can be written anew from all of them. */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BenchReport } from './bench.js'

/** In the order of the page. */
export const BENCHES = ['parser', 'browser', 'hub', 'size'] as const
export type BenchName = (typeof BENCHES)[number]

/** A report with all that is needed to judge it: where, when and with what it was made. */
export interface Result extends BenchReport {
  readonly name: BenchName
  /** Day, in UTC. */
  readonly date: string
  readonly machine: string
  readonly versions: Readonly<Record<string, string>>
}

const fileOf = (root: string, name: BenchName) => join(root, `test/bench/results/${name}.json`)

export async function keepResult(root: string, result: Result): Promise<void> {
  await mkdir(join(root, 'test/bench/results'), { recursive: true })
  await writeFile(fileOf(root, result.name), `${JSON.stringify(result, rounded, 1)}\n`)
}

const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(5)) : value

/** Those of this run and of earlier ones. */
export async function readResults(root: string): Promise<Result[]> {
  const files = BENCHES.map((name) => fileOf(root, name)).filter(existsSync)
  return Promise.all(files.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as Result))
}
