/** `npm run bench`: bundles the benchmark with its sources and runs it. Never decides whether the tests pass. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const { dirname } = import.meta
const scratch = await mkdtemp(join(dirname, '../../node_modules/.bench-'))
try {
  const outfile = join(scratch, 'parser.mjs')
  const entryPoints = [join(dirname, 'parser.ts')]
  await build({ entryPoints, outfile, bundle: true, format: 'esm', platform: 'node' })
  await import(pathToFileURL(outfile).href)
} finally {
  await rm(scratch, { recursive: true })
}
