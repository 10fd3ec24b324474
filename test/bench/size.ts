/** What a page downloads: each entry bundled from the built package, beside the peers' bundles. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BUDGETS, downloadSize } from '../support/download-size.js'
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

interface Own extends Entry {
  readonly budget: number
}

const own: readonly Own[] = BUDGETS.map(({ name, entry, budget, without }) => ({
  name: without.length > 0 ? `${name} of ${entry}` : name,
  role: 'own',
  code: `export { ${name} } from '${entry}'`,
  external: without,
  budget,
}))
const hooks = own.filter(({ external = [] }) => external.length > 0)
const ownClient = own.filter((entry) => !hooks.includes(entry))

const client: readonly Entry[] = [
  ...ownClient,
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

const bench: Bench = async ({ root, scratch, log }) => {
  log('building the package')
  await installPackage(root, scratch)

  const sizeOf = ({ name, code, external = [] }: Entry, dependency: 'without' | 'with') =>
    downloadSize(
      code,
      scratch,
      [
        ...FRAMEWORKS,
        ...(dependency === 'without' && name !== SIGNALS ? [SIGNALS] : []),
        ...external,
      ],
      [join(root, 'test/peers/node_modules')],
    )
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

  const comparisons = [
    await measure(
      'Own code',
      client,
      'without',
      `Without \`${SIGNALS}\`, the one dependency, which is shown beside it. \`eventsource-parser\` is a parser alone; \`openEventStream\` is a parser with its request, its checks and its release.`,
    ),
    await measure(
      'With the dependency',
      ownClient,
      'with',
      'What a page without signals downloads.',
    ),
    await measure('Hooks, beside createSource', hooks, 'without', 'Without the frameworks.'),
  ]
  const targets = comparisons
    .filter(({ workload }) => workload !== 'With the dependency')
    .flatMap(({ rows }) => rows)
    .flatMap(({ contestant, costs }): Target[] => {
      const atMost = own.find(({ name }) => name === contestant)?.budget
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
