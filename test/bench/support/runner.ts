/** Runs benches, each in a process of its own; shows, keeps and publishes what they measure. */
import { fork } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { arch, cpus, platform, totalmem } from 'node:os'
import { join } from 'node:path'
import type { BenchContext, BenchReport } from './bench.js'
import { bundle } from './bundle.js'
import { renderPage } from './page.js'
import { preparePeers } from './peers.js'
import { BENCHES, type BenchName, keepResult, type Result, readResults } from './result.js'
import { printReport } from './tables.js'

type Place = Pick<BenchContext, 'root' | 'scratch'>

/** `names`: none for all. Gives the exit code: 0 once all that was asked for has been measured, whatever came out. */
export async function runBenches(names: readonly string[], place: Place): Promise<number> {
  const { root } = place
  const unknown = names.filter((name) => !BENCHES.some((known) => known === name))
  if (unknown.length) {
    console.error(`No bench "${unknown.join('", "')}". There are: ${BENCHES.join(', ')}.`)
    return 1
  }
  const chosen = BENCHES.filter((name) => names.length === 0 || names.includes(name))
  const peers = await preparePeers(root)
  let failures = 0
  for (const name of chosen) {
    const began = performance.now()
    console.info(`\n== ${name}`)
    try {
      const report = await runBench(name, place)
      const result: Result = {
        name,
        date: new Date().toISOString().slice(0, 10),
        machine: machine(),
        ...report,
        versions: { Node: process.versions.node, ...report.versions, ...peers },
      }
      printReport(result)
      await keepResult(root, result)
      console.info(`${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`)
    } catch (error) {
      failures++
      console.error(`${name} FAILED: ${error instanceof Error ? error.message : error}`)
    }
  }
  await writeFile(join(root, 'docs/performance.md'), renderPage(await readResults(root)))
  console.info('\nWritten: test/bench/results/*.json, docs/performance.md')
  return failures ? 1 : 0
}

/** `--no-flush-bytecode`: code of those who wait for their turn is not thrown away. */
const FLAGS = ['--expose-gc', '--no-flush-bytecode', '--enable-source-maps']

async function runBench(name: BenchName, { root, scratch }: Place): Promise<BenchReport> {
  if (!existsSync(join(root, `test/bench/${name}.ts`)))
    throw new Error(`test/bench/${name}.ts does not exist.`)
  const outfile = join(scratch, `${name}.mjs`)
  const code = `
    import bench from './${name}.ts'
    const log = (line) => console.info('   ' + line)
    const report = await bench({ root: ${JSON.stringify(root)}, scratch: ${JSON.stringify(scratch)}, log })
    process.send(report, () => process.exit())`
  await bundle({ code }, { root, outfile, esbuild: { sourcemap: 'inline' } })
  return new Promise((resolve, reject) => {
    const child = fork(outfile, [], { execArgv: FLAGS, cwd: root })
    let report: BenchReport | undefined
    child.once('message', (message) => {
      report = message as BenchReport
    })
    child.once('error', reject)
    child.once('exit', (exitCode, signal) =>
      report
        ? resolve(report)
        : reject(new Error(`its process ended with ${signal ?? exitCode} and no result.`)),
    )
  })
}

function machine(): string {
  const [cpu] = cpus()
  const gigabytes = Math.round(totalmem() / 2 ** 30)
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores, ${gigabytes} GiB, ${platform()} ${arch()}`
}
