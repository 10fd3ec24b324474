/** `npm run conformance`: installs the peers where they are missing, bundles the table with its sources, and runs it. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const { dirname } = import.meta
const root = join(dirname, '../..')
const peers = join(dirname, '../peers')
if (!existsSync(join(peers, 'node_modules')))
  execFileSync('npm', ['ci', '--prefix', peers], { stdio: 'inherit' })

const scratch = await mkdtemp(join(root, 'node_modules/.conformance-'))
try {
  const options = {
    bundle: true,
    nodePaths: [join(peers, 'node_modules')],
    logLevel: 'warning',
    outdir: scratch,
  }
  await build({
    ...options,
    entryPoints: [join(dirname, 'page.mjs')],
    format: 'iife',
    platform: 'browser',
  })
  await build({
    ...options,
    entryPoints: [join(dirname, 'worker.mjs'), join(dirname, 'table.ts')],
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    platform: 'node',
    external: ['playwright'],
    // For what a peer ships as CommonJS.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
    },
  })
  const { writeTable } = await import(pathToFileURL(join(scratch, 'table.mjs')).href)
  await writeTable({
    page: join(scratch, 'page.js'),
    worker: join(scratch, 'worker.mjs'),
    peers: join(peers, 'package.json'),
    output: join(root, 'docs/conformance.md'),
  })
} finally {
  await rm(scratch, { recursive: true })
}
