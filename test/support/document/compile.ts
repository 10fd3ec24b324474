/** The compiler's view of a document: its blocks as files of one folder, under the project's own settings. */
import { dirname, join } from 'node:path'
import ts from 'typescript'
import type { Block } from './block.js'
import { scriptOf } from './modules.js'

const ROOT = join(import.meta.dirname, '../../..')
/** Exists only for the compiler. */
const FOLDER = join(ROOT, 'test/document-blocks')

/**
 * What the compiler says of the blocks, a line each. `beside` are further files of their project. Modules of JavaScript are a
 * program of their own, which may leave out types.
 */
export async function typeErrors(
  blocks: readonly Block[],
  beside: readonly Block[] = [],
): Promise<string[]> {
  const isPlain = ({ name }: Block) => name.endsWith('.mjs')
  // A template's handlers have a parameter that nobody wrote.
  const written = { ...projectOptions(), noUnusedParameters: false }
  const plain = { allowJs: true, checkJs: true, noImplicitAny: false }
  const typed = blocks.filter((block) => !isPlain(block))
  const others = beside.filter((block) => !isPlain(block))
  return [
    ...(await errorsOf(blocks.filter(isPlain), others, { ...projectOptions(), ...plain })),
    ...(await errorsOf(typed, others, written)),
  ]
}

async function errorsOf(
  blocks: readonly Block[],
  beside: readonly Block[],
  options: ts.CompilerOptions,
): Promise<string[]> {
  if (blocks.length === 0) return []
  const files = new Map<string, string>()
  const pathOf = (block: Block) => join(FOLDER, fileName(block))
  for (const block of [...beside, ...blocks]) files.set(pathOf(block), await scriptOf(block))

  const host = ts.createCompilerHost(options)
  const { fileExists, readFile, directoryExists, getSourceFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  host.directoryExists = (path) => path === FOLDER || (directoryExists?.(path) ?? true)
  host.getSourceFile = (path, target, ...rest) => {
    if (files.has(path)) return getSourceFile(path, target, ...rest)
    const found = parsed.get(path) ?? getSourceFile(path, target, ...rest)
    parsed.set(path, found)
    return found
  }

  const program = ts.createProgram([...files.keys()], options, host)
  return blocks.map(pathOf).flatMap((path) => {
    const source = program.getSourceFile(path)
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(({ messageText, start = 0 }) => {
      const line = source?.text.slice(0, start).split('\n').length
      return `${path.slice(FOLDER.length + 1)}:${line} ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
    })
  })
}

/** Files that are the same for every document: libraries and the sources. */
const parsed = new Map<string, ts.SourceFile | undefined>()

/** The properties of an exported interface and what its documentation says of each. */
export function documentedProperties(file: string, name: string): Map<string, string> {
  const program = ts.createProgram([join(ROOT, file)], projectOptions())
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(join(ROOT, file))
  const module = source && checker.getSymbolAtLocation(source)
  const symbol = module && checker.getExportsOfModule(module).find((found) => found.name === name)
  if (!symbol) throw new Error(`${file} exports no ${name}.`)
  return new Map(
    checker
      .getDeclaredTypeOfSymbol(symbol)
      .getProperties()
      .map((property) => [
        property.name,
        ts.displayPartsToString(property.getDocumentationComment(checker)),
      ]),
  )
}

/** As a file that the compiler knows. */
const fileName = ({ name }: Block) => name.replace(/\.(vue|svelte)$/, '.$1.ts')

function projectOptions(): ts.CompilerOptions {
  const file = join(ROOT, 'tsconfig.json')
  const { config } = ts.readConfigFile(file, ts.sys.readFile)
  return ts.parseJsonConfigFileContent(config, ts.sys, dirname(file)).options
}
