/**
 * `npm run bench`: all benches, or those that are named: `npm run bench -- parser browser hub size`. Each runs in a process of its own,
 * prints tables and writes `results/<name>.json`; `docs/performance.md` is then written from all results that there are. What a bench
 * is: `support/bench.ts`. Never decides whether the tests pass.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const { dirname } = import.meta
const root = join(dirname, '../..')
const scratch = await mkdtemp(join(root, 'node_modules/.bench-'))
try {
  const outfile = join(scratch, 'runner.mjs')
  await build({
    entryPoints: [join(dirname, 'support/runner.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    external: ['esbuild'],
    logLevel: 'error',
  })
  const { runBenches } = await import(pathToFileURL(outfile).href)
  process.exitCode = await runBenches(process.argv.slice(2), { root, scratch })
} finally {
  await rm(scratch, { recursive: true })
}
