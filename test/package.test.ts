/** The package as its users get it: built, packed, and installed beside a program that imports it by name. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { BUDGETS, downloadSize } from './support/download-size.js'
import { parseTree } from './support/source-tree.js'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..')
const entries = Object.entries(manifest.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [{ name: path.replace('.', manifest.name), ...target }],
)

// Whole tools run here, on whatever else the machine is doing.
vi.setConfig({ testTimeout: 60_000 })

/** Below node_modules, so that the package finds its dependency and its peers as an installed one does. */
let user = ''
let installed = ''
/** What the package holds by path, source maps aside. */
let built: Record<string, string> = {}

beforeAll(async () => {
  user = await mkdtemp(join(root, 'node_modules', '.user-'))
  installed = join(user, 'node_modules', manifest.name)
  await mkdir(installed, { recursive: true })
  // A package of its own: else the name of this one would lead to the project, not to what is installed.
  await writeFile(join(user, 'package.json'), '{ "private": true, "type": "module" }')
  await run('npx', ['--no-install', 'tsup', '--out-dir', join(installed, 'dist')], {
    cwd: root,
  })
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    await cp(join(root, file), join(installed, file))
  const files = (await readdir(join(installed, 'dist'))).filter((file) => !file.endsWith('.map'))
  built = Object.fromEntries(
    await Promise.all(
      files.map(
        async (file) => [file, await readFile(join(installed, 'dist', file), 'utf8')] as const,
      ),
    ),
  )
}, 180_000)

afterAll(() => rm(user, { recursive: true, force: true }))

describe('contents', () => {
  test('are dist, README, LICENSE and package.json', async () => {
    const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: installed,
    })
    const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }]
    const beside = files.map(({ path }) => path).filter((path) => !path.startsWith('dist/'))
    expect(beside.sort()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(files.length).toBeGreaterThan(beside.length)
  })

  test('import nothing that is not declared', () => {
    const declared = [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.peerDependencies),
    ]
    const bare = parseTree(built).flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => !specifier.startsWith('.'))
        .map(({ specifier }) => ({ path, specifier })),
    )
    expect(bare.map(({ specifier }) => specifier)).toContain('@preact/signals-core')
    const others = bare.filter(({ specifier }) => !declared.includes(specifier))
    expect(others).toEqual([
      { path: 'node.d.ts', specifier: 'node:http' },
      { path: 'node.d.ts', specifier: 'node:http2' },
      { path: 'node.js', specifier: 'node:events' },
    ])
  })

  test.each(entries)('$name loads where there is no page', async ({ name }) => {
    const program = `console.log(Object.keys(await import(${JSON.stringify(name)})).length)`
    const { stdout } = await run('node', ['--input-type=module', '-e', program], { cwd: user })
    expect(Number(stdout)).toBeGreaterThan(0)
  })
})

test("react.js begins with 'use client', which server components look for", () => {
  expect(built['react.js']).toMatch(/^["']use client["']/)
})

describe('one copy of everything', () => {
  test.each([
    ['react.js', ['index.js', 'bindings.js']],
    ['vue.js', ['index.js', 'bindings.js']],
    ['bindings.js', ['index.js', 'react.js', 'vue.js']],
    ['node.js', ['server.js']],
  ])('%s runs the code that %s run', (file, others) => {
    const chunks = (name: string) =>
      parseTree(built)
        .find(({ path }) => path === name)
        ?.imports.map(({ target }) => target)
        .filter((target) => target !== undefined) ?? []
    expect(chunks(file)).not.toEqual([])
    expect([...others, ...others.flatMap(chunks)]).toEqual(expect.arrayContaining(chunks(file)))
  })

  test('a type that index.d.ts exports is declared in one file', () => {
    const declarations = parseTree(built).filter(({ path }) => path.endsWith('.d.ts'))
    const index = declarations.find(({ path }) => path === 'index.d.ts')
    const exported = index?.source.statements
      .filter(ts.isExportDeclaration)
      .flatMap(({ exportClause: names }) =>
        names && ts.isNamedExports(names) ? [...names.elements] : [],
      )
      .map(({ name }) => name.text)
    expect(exported).toEqual(
      expect.arrayContaining(['SSEError', 'ConnectionState', 'SourceOptions']),
    )
    for (const name of exported ?? []) {
      const declaring = declarations.filter(({ source }) =>
        source.statements.some(
          (statement) =>
            (ts.isInterfaceDeclaration(statement) ||
              ts.isTypeAliasDeclaration(statement) ||
              ts.isClassDeclaration(statement)) &&
            statement.name?.text === name,
        ),
      )
      expect(declaring.map(({ path }) => `${name} in ${path}`).slice(1)).toEqual([])
    }
  })

  interface Resolution {
    name: string
    module: ts.ModuleKind
    moduleResolution: ts.ModuleResolutionKind
  }
  const resolutions: Resolution[] = [
    {
      name: 'bundler',
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
    {
      name: 'nodenext',
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
    },
  ]

  /** What the compiler says about a user's program and about our declarations, in a strict project without Node's types. */
  async function complaints(program: string, { module, moduleResolution }: Resolution) {
    await writeFile(join(user, 'program.mts'), program)
    const compiled = ts.createProgram([join(user, 'program.mts')], {
      target: ts.ScriptTarget.ES2022,
      lib: ['lib.es2022.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
      types: [],
      module,
      moduleResolution,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noEmit: true,
    })
    return compiled
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(user))
      .flatMap((file) => [
        ...compiled.getSyntacticDiagnostics(file),
        ...compiled.getSemanticDiagnostics(file),
      ])
      .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
  }

  const uses = `
    import { createSource } from 'tidewire'
    import { useSSE as useReact } from 'tidewire/react'
    import { useSSE as useVue } from 'tidewire/vue'
    export const options = [createSource('/', { planted: 1 }), useReact('/', { planted: 1 }), useVue('/', { planted: 1 })]`
  const augmented = `${uses}
    declare module 'tidewire' { interface ConnectionOptions { planted?: 1 } }`

  test.each(resolutions)(
    'what a user adds to the types reaches the bindings ($name)',
    async (resolution) => {
      expect(await complaints(augmented, resolution)).toEqual([])
      expect(await complaints(uses, resolution)).toEqual(
        Array(3).fill(expect.stringMatching(/planted/)),
      )
    },
  )
})

describe('checks', () => {
  test('publint finds nothing', async () => {
    const { messages } = await publint({ pkgDir: installed, strict: true, pack: false })
    expect(messages.map((message) => formatMessage(message, manifest))).toEqual([])
  })

  test('the types of every entry resolve', async () => {
    const attw = ['--no-install', 'attw', '--pack', installed, '--profile', 'esm-only']
    const complaint = await run('npx', [...attw, '--no-definitely-typed'], { cwd: root }).then(
      () => '',
      (failure: { stdout: string }) => failure.stdout,
    )
    expect(complaint).toBe('')
  })
})

describe('sizes', () => {
  test.each([...BUDGETS])(
    '$name of $entry fits into $budget bytes',
    async ({ name, entry, budget, without }) => {
      const external = ['@preact/signals-core', 'react', 'vue', ...without]
      const bytes = await downloadSize(`export { ${name} } from '${entry}'`, user, external)
      console.info(`${entry} ${name}: ${bytes} of ${budget} bytes`)
      expect(bytes).toBeGreaterThan(100)
      expect(bytes).toBeLessThanOrEqual(budget)
    },
  )
})
