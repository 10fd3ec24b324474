/** What a page downloads: each entry bundled from the built package, beside the peers' bundles. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'
import type { Bench, Target } from './support/bench.js'
import type { Comparison, Role, Row } from './support/compare.js'

/** Not counted: an app that uses them has them anyway. */
const FRAMEWORKS = ['react', 'react-dom', 'vue']
const SIGNALS = '@preact/signals-core'

interface Entry {
  readonly name: string
  readonly role: Role
  readonly code: string
  readonly external?: readonly string[]
}

const client: readonly Entry[] = [
  { name: 'openEventStream', role: 'own', code: `export { openEventStream } from 'tidewire'` },
  { name: 'createSource', role: 'own', code: `export { createSource } from 'tidewire'` },
  { name: 'SSEClient', role: 'own', code: `export { SSEClient } from 'tidewire'` },
  {
    name: 'eventsource-parser',
    role: 'peer',
    code: `export { createParser } from 'eventsource-parser'`,
  },
  {
    name: '@microsoft/fetch-event-source',
    role: 'peer',
    code: `export { fetchEventSource } from '@microsoft/fetch-event-source'`,
  },
  {
    name: 'eventsource-client',
    role: 'peer',
    code: `export { createEventSource } from 'eventsource-client'`,
  },
  { name: 'eventsource', role: 'peer', code: `export { EventSource } from 'eventsource'` },
  {
    name: SIGNALS,
    role: 'limit',
    code: `export { batch, computed, effect, signal } from '${SIGNALS}'`,
  },
]

const hooks: readonly Entry[] = ['react', 'vue'].map((framework) => ({
  name: `useSSE of tidewire/${framework}`,
  role: 'own',
  code: `export { useSSE } from 'tidewire/${framework}'`,
  // What it shares with the client is counted there.
  external: ['./chunk-*'],
}))

/** Brotli bytes, as `npm test` holds them. */
const BUDGETS: Readonly<Record<string, number>> = {
  openEventStream: 3100,
  createSource: 10_150,
  SSEClient: 13_450,
  'useSSE of tidewire/react': 900,
  'useSSE of tidewire/vue': 900,
}

const bench: Bench = async ({ root, scratch, log }) => {
  log('building the package')
  await installPackage(root, scratch)

  const sizeOf = async ({ name, code, external = [] }: Entry, dependency: 'without' | 'with') => {
    const { outputFiles } = await build({
      stdin: { contents: code, resolveDir: scratch },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      target: 'es2022',
      platform: 'browser',
      // Not the project's own, whose paths lead to the sources.
      tsconfigRaw: {},
      nodePaths: [join(root, 'test/peers/node_modules')],
      external: [
        ...FRAMEWORKS,
        ...(dependency === 'without' && name !== SIGNALS ? [SIGNALS] : []),
        ...external,
      ],
      logLevel: 'error',
    })
    return brotliCompressSync(outputFiles[0]?.contents ?? '').length
  }
  const measure = async (
    workload: string,
    entries: readonly Entry[],
    dependency: 'without' | 'with',
    note: string,
  ): Promise<Comparison> => {
    const rows: Row[] = []
    for (const entry of entries)
      rows.push({
        contestant: entry.name,
        role: entry.role,
        costs: [await sizeOf(entry, dependency)],
      })
    return { workload, unit: 'bytes', rows, note, isList: true }
  }

  const own = client.filter(({ role }) => role === 'own')
  const comparisons = [
    await measure(
      'Own code',
      client,
      'without',
      `Without \`${SIGNALS}\`, the one dependency, which is shown beside it. \`eventsource-parser\` is a parser alone; \`openEventStream\` is a parser with its request, its checks and its release.`,
    ),
    await measure('With the dependency', own, 'with', 'What a page without signals downloads.'),
    await measure('Hooks, beside createSource', hooks, 'without', 'Without the frameworks.'),
  ]
  const targets = comparisons
    .filter(({ workload }) => workload !== 'With the dependency')
    .flatMap(({ rows }) => rows)
    .flatMap(({ contestant, costs }): Target[] => {
      const atMost = BUDGETS[contestant]
      const [measured] = costs
      return atMost && measured ? [{ what: contestant, atMost, measured, unit: 'bytes' }] : []
    })
  return {
    title: 'Size',
    method: [
      'Each name is exported alone from the built package, bundled and minified by esbuild for es2022, and compressed with brotli. `npm test` holds the budgets.',
    ],
    comparisons,
    targets,
  }
}
export default bench

/** As its users have it: built, and below a `node_modules` of its own. */
async function installPackage(root: string, folder: string) {
  const installed = join(folder, 'node_modules/tidewire')
  await mkdir(installed, { recursive: true })
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  await cp(join(root, 'package.json'), join(installed, 'package.json'))
  const build = spawn('npx', ['--no-install', 'tsup', '--out-dir', join(installed, 'dist')], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  build.stderr.on('data', (text) => {
    complaints += text
  })
  const [code] = (await once(build, 'close')) as [number | null]
  if (code !== 0) throw new Error(`The package could not be built (${code}):\n${complaints}`)
}
