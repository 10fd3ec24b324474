/** The declarations compile in programs with older libraries, without Node's types and without any of ours skipped. */
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { beforeAll, describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const place = join(root, 'declared')

/** The declarations of the browser client, as a build would write them. */
const declared = new Map<string, string>()

beforeAll(() => {
  const program = ts.createProgram([join(root, 'src/index.ts')], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts', 'lib.dom.asynciterable.d.ts'],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: join(root, 'src'),
    outDir: place,
  })
  program.emit(undefined, (path, text) => declared.set(path, text))
  expect(declared.has(join(place, 'index.d.ts'))).toBe(true)
}, 60_000)

/** What the compiler says about a program and about our declarations, with these libraries alone. */
function complaints(code: string, ...libraries: string[]): string[] {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: libraries.map((name) => `lib.${name}.d.ts`),
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    paths: { tidewire: [join(place, 'index.d.ts')] },
  }
  const main = join(place, 'program.ts')
  const files = new Map([...declared, [main, code]])
  const host = ts.createCompilerHost(options)
  const { getSourceFile, fileExists, readFile, directoryExists } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.directoryExists = (path) =>
    [...files.keys()].some((file) => dirname(file) === path) || directoryExists?.(path) === true
  host.getSourceFile = (path, ...rest) => {
    const text = files.get(path)
    return text === undefined
      ? getSourceFile(path, ...rest)
      : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true)
  }
  const program = ts.createProgram([main], options, host)
  return program
    .getSourceFiles()
    .filter(({ fileName }) => files.has(fileName))
    .flatMap((file) => [
      ...program.getSyntacticDiagnostics(file),
      ...program.getSemanticDiagnostics(file),
    ])
    .map(({ file, messageText }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, '\n')
      return `${file?.fileName.slice(place.length + 1)}: ${text}`
    })
}

const program = `
  import { createParser, createSource, effect, openEventStream, SSEError, type DisposableLike, type Source } from 'tidewire'
  type Prices = { price: { bid: number } }
  const source: Source<Prices> = createSource<Prices>('/prices', { headers: { a: 'b' }, onDiagnostic: ({ type }) => type })
  source.on('price', ({ bid }) => bid.toFixed(2))
  source.on('error', (error) => (error.code === 'status' ? error.status : error.cause))
  const sum = source.fold(0, (n, { data }) => n + data.bid)
  effect(() => void [sum.value, source.state.value])
  export async function run() {
    for await (const { data } of source) data.bid
    for await (const { data } of await openEventStream('/prices')) data.length
    createParser({ onEvent() {} }).feed(new Uint8Array())
    return new SSEError('network', 'no').message
  }
  export type Disposal = keyof DisposableLike
`
const OLD = ['es2018', 'dom', 'dom.iterable']

describe('a program that knows nothing newer than ES2018', () => {
  test('compiles, and so do our declarations', () => {
    expect(complaints(program, ...OLD)).toEqual([])
  }, 60_000)

  test('has sources without a dispose that it could not name', () => {
    const none = `${program}\nexport const disposal: Disposal[] = []\nexport const never: never[] = disposal`
    expect(complaints(none, ...OLD)).toEqual([])
  }, 60_000)

  test('is told of its own mistakes', () => {
    const wrong = `${program}\nsource.on('prices', () => {})`
    expect(complaints(wrong, ...OLD)).toEqual([expect.stringContaining('"prices"')])
  }, 60_000)
})

describe('a program that knows explicit resource management', () => {
  const NEW = ['esnext', 'dom', 'dom.iterable']

  test('may say `using`', () => {
    const using = `${program}\nexport function scope() { using prices = createSource('/prices'); return prices.status.value }`
    expect(complaints(using, ...NEW)).toEqual([])
  }, 60_000)

  test('may dispose by hand', () => {
    const dispose = `${program}\nsource[Symbol.dispose]()\nexport const one: Disposal = Symbol.dispose`
    expect(complaints(dispose, ...NEW)).toEqual([])
    expect(complaints(dispose, ...OLD)).not.toEqual([])
  }, 60_000)
})
