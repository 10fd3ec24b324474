/** The house keeps its rules, and every rule notices when it is broken. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as rules from './support/architecture.js'
import { parseTree } from './support/source-tree.js'

const root = join(import.meta.dirname, '..')
const paths = ['src', 'bindings', 'playground', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.[jt]sx?$/.test(path) && !/^test\/public\/|\/node_modules\//.test(path)),
)
const tree = parseTree(
  Object.fromEntries(paths.map((path) => [path, readFileSync(join(root, path), 'utf8')])),
)

type Files = Readonly<Record<string, string>>

/** A small tree that breaks no rule. */
const clean: Files = {
  'src/index.ts':
    "export { signal } from '@preact/signals-core'\nexport { feed } from './channels/feed.js'",
  'src/errors.ts': "import type { Delay } from './abort.js'\nexport type Failure = Delay",
  'src/abort.ts': 'export type Delay = number',
  'src/event-stream/parser.ts': "import '../errors.js'\nexport const parser = 1",
  'src/connection/state.ts': "export type { Delay } from '../abort.js'\nexport const state = 1",
  'src/channels/feed.ts':
    "import { signal } from '@preact/signals-core'\nimport { state } from '../connection/state.js'\nexport const feed = signal(state)",
  'src/server/index.ts': "export { encode } from '../event-stream/encoder.js'",
  'src/server/node.ts': "import { Readable } from 'node:stream'\nexport const node = Readable",
  'src/event-stream/encoder.ts': 'export const encode = (anything: unknown) => String(anything)',
  'bindings/react/index.ts':
    "export { SSEProvider } from './provider.js'\nexport { useSSE } from './use-sse.js'",
  'bindings/react/provider.tsx':
    "import { createContext } from 'react'\nexport const SSEProvider = createContext",
  'bindings/react/use-sse.ts':
    "import { feed } from '../../src/index.js'\nexport interface View { a: 1 }\nexport function useSSE(url: string): View\nexport function useSSE() { return feed }",
  'bindings/vue/index.ts':
    "export * from './provider.js'\nexport { useSSE, type View } from './use-sse.js'",
  'bindings/vue/provider.ts': "import { provide } from 'vue'\nexport const createSSE = provide",
  'bindings/vue/use-sse.ts':
    "import { feed } from '../../src/index.js'\nexport interface View { a: 1 }\nexport const useSSE = () => feed",
  'test/types/feed.test-d.ts': `// @ts-${'expect-error'} a number is no feed\nexport const wrong: string = 1`,
}

const long = 'export const line = 1\n'.repeat(251)
const silenced = (directive: string) =>
  `export const one = 1\n// @ts-${directive}\nexport const two = 2`

/** For every rule: what is added to the clean tree, and what the rule must say then. */
const planted: Record<keyof typeof rules, readonly (readonly [said: RegExp, added: Files])[]> = {
  noCycles: [
    [
      /src\/abort\.ts → src\/errors\.ts → src\/abort\.ts/,
      { 'src/abort.ts': "import type { Failure } from './errors.js'\nexport type Delay = Failure" },
    ],
    [
      /src\/channels\/feed\.ts → src\/connection\/state\.ts → src\/channels\/feed\.ts/,
      { 'src/connection/state.ts': "export const state = () => import('../channels/feed.js')" },
    ],
    [
      /src\/abort\.ts → src\/abort\.ts/,
      { 'src/abort.ts': "export type Delay = import('./abort.js').Delay" },
    ],
  ],
  layers: [
    [
      /parser\.ts:2 imports \.\.\/connection\/state\.js: event-stream may import only/,
      { 'src/event-stream/parser.ts': "\nimport type {} from '../connection/state.js'" },
    ],
    [
      /state\.ts:1 imports \.\.\/channels/,
      { 'src/connection/state.ts': "import '../channels/feed.js'" },
    ],
    [/feed\.ts:1 imports \.\.\/index/, { 'src/channels/feed.ts': "import '../index.js'" }],
    [
      /abort\.ts:1 imports \.\/event-stream/,
      { 'src/abort.ts': "import './event-stream/parser.js'" },
    ],
    [
      /server\/hub\.ts:1 imports \.\.\/connection/,
      { 'src/server/hub.ts': "import '../connection/state.js'" },
    ],
    [/feed\.ts:1 imports \.\.\/server/, { 'src/channels/feed.ts': "import '../server/index.js'" }],
    [/index\.ts:1 imports \.\/server/, { 'src/index.ts': "export * from './server/index.js'" }],
    [
      /feed\.ts:1 imports \.\.\/\.\.\/bindings/,
      { 'src/channels/feed.ts': "import '../../bindings/vue/index.js'" },
    ],
    [/src\/clock\.ts is in no layer/, { 'src/clock.ts': 'export const clock = 1' }],
    [/src\/misc\/clock\.ts is in no layer/, { 'src/misc/clock.ts': 'export const clock = 1' }],
  ],
  bindingsUseTheEntry: [
    [
      /use-sse\.ts:1 imports \.\.\/\.\.\/src\/errors/,
      { 'bindings/vue/use-sse.ts': "import '../../src/errors.js'" },
    ],
    [
      /use-sse\.ts:1 imports \.\.\/react/,
      { 'bindings/vue/use-sse.ts': "import '../react/provider.js'" },
    ],
    [/use-sse\.ts:1 imports react-dom/, { 'bindings/react/use-sse.ts': "import 'react-dom'" }],
    [
      /use-sse\.ts:1 imports @preact/,
      { 'bindings/react/use-sse.ts': "import '@preact/signals-core'" },
    ],
  ],
  packages: [
    [/parser\.ts:1 imports node:buffer/, { 'src/event-stream/parser.ts': "import 'node:buffer'" }],
    [
      /server\/index\.ts:1 imports node:http/,
      { 'src/server/index.ts': "import type {} from 'node:http'" },
    ],
    [
      /state\.ts:1 imports @preact\/signals-core/,
      { 'src/connection/state.ts': "import '@preact/signals-core'" },
    ],
    [/feed\.ts:1 imports tidewire/, { 'src/channels/feed.ts': "import type {} from 'tidewire'" }],
  ],
  fileNames: ['types.ts', 'utils.ts', 'helpers.tsx', 'constants.ts', 'types.d.ts'].map((name) => [
    new RegExp(`src/channels/${name.replaceAll('.', '\\.')}`),
    { [`src/channels/${name}`]: 'export const one = 1' },
  ]),
  fileLength: [
    [/src\/abort\.ts has 251 lines/, { 'src/abort.ts': long }],
    [/src\/abort\.ts has 252 lines/, { 'src/abort.ts': `/** Over 250 lines. */\n${long}` }],
    [
      /src\/abort\.ts has 252 lines/,
      { 'src/abort.ts': `${long}/** Over 250 lines because it is. */` },
    ],
  ],
  noAny: [
    [
      /state\.ts:2 says any/,
      { 'src/connection/state.ts': 'export const one = 1\nexport let two: any' },
    ],
    [/use-sse\.ts:1 says any/, { 'bindings/vue/use-sse.ts': 'export const one = 1 as any' }],
    [
      /use-sse\.ts:1 says any/,
      { 'bindings/vue/use-sse.ts': 'export type Any<T extends any[]> = T' },
    ],
  ],
  noSilencing: [
    [/state\.ts:2 has @ts-ignore/, { 'src/connection/state.ts': silenced('ignore') }],
    [/state\.ts:2 has @ts-expect-error/, { 'src/connection/state.ts': silenced('expect-error') }],
    [/feed\.test\.ts:2 has @ts-expect-error/, { 'test/feed.test.ts': silenced('expect-error') }],
    [/wrong\.test-d\.ts:2 has @ts-nocheck/, { 'test/types/wrong.test-d.ts': silenced('nocheck') }],
  ],
  twins: [
    [/vue lacks the file use-it of its twin/, { 'bindings/react/use-it.ts': '' }],
    [/react lacks the file use-it of its twin/, { 'bindings/vue/use-it.ts': '' }],
    [
      /react lacks the export useIt of its twin/,
      {
        'bindings/vue/use-sse.ts': 'export const useSSE = 1',
        'bindings/vue/index.ts':
          "export { useSSE } from './use-sse.js'\nexport * from './provider.js'\nexport class useIt {}",
      },
    ],
    [
      /vue lacks the export useSSE of its twin/,
      {
        'bindings/vue/index.ts':
          "export * from './provider.js'\nexport type { useSSE } from './use-sse.js'",
      },
    ],
    [
      /order their exports differently: provider, useSSE; useSSE, provider/,
      {
        'bindings/vue/index.ts':
          "export { useSSE } from './use-sse.js'\nexport { createSSE } from './provider.js'",
      },
    ],
  ],
}

describe.each(Object.entries(rules))('%s', (name, rule) => {
  test('is kept by the project', () => {
    expect(rule(tree)).toEqual([])
  })

  test('has nothing against a clean tree', () => {
    expect(rule(parseTree(clean))).toEqual([])
  })

  test.each(planted[name as keyof typeof rules])('says %s when broken', (said, added) => {
    expect(rule(parseTree({ ...clean, ...added })).join('\n')).toMatch(said)
  })
})

test('a long file may say why it is long', () => {
  const file = `/**\n * A table.\n * Over 250 lines because\n * a table is read whole.\n */\n${long}`
  expect(rules.fileLength(parseTree({ 'src/table.ts': file }))).toEqual([])
})

test('the tree that was read is the whole one', () => {
  expect(paths).toEqual(
    expect.arrayContaining([
      'src/index.ts',
      'src/server/index.ts',
      'src/event-stream/parser.ts',
      'src/connection/state.ts',
      'src/channels/source.ts',
      'bindings/react/index.ts',
      'bindings/vue/index.ts',
      'test/architecture.test.ts',
    ]),
  )
})
