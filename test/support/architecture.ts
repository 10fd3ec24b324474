/** The rules of the house as functions: a tree of source files in, a sentence for every breach out. */
import ts from 'typescript'
import { lineOf, type Module, visit } from './source-tree.js'

export type Rule = (tree: readonly Module[]) => string[]

const shipped = ({ path }: Module) => path.startsWith('src/') || path.startsWith('bindings/')

/** No import leads back to where it came from, type-only imports included. */
export const noCycles: Rule = (tree) => {
  const modules = new Map(tree.map((module) => [module.path, module]))
  const done = new Set<string>()
  const breaches: string[] = []
  const walk = (path: string, trail: readonly string[]) => {
    if (trail.includes(path)) {
      breaches.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')}`)
      return
    }
    if (done.has(path)) return
    for (const { target } of modules.get(path)?.imports ?? [])
      if (target) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of tree) walk(path, [])
  return breaches
}

/** Files beside index.ts that everybody may use; they use only each other. */
const SHARED = ['errors', 'abort', 'contract', 'hub-protocol'].map((name) => `src/${name}.ts`)

/** Each part of src, and the parts below it that it may import. */
const BELOW: Readonly<Record<string, readonly string[]>> = {
  shared: [],
  'event-stream': ['shared'],
  connection: ['event-stream', 'shared'],
  channels: ['connection', 'event-stream', 'shared'],
  index: ['channels', 'connection', 'event-stream', 'shared'],
  server: ['event-stream', 'shared'],
}

function partOf(path: string): string | undefined {
  if (path === 'src/index.ts' || path === 'src/bindings.ts') return 'index'
  if (SHARED.includes(path)) return 'shared'
  const folder = /^src\/([^/]+)\//.exec(path)?.[1]
  return folder && folder in BELOW ? folder : undefined
}

/** A layer imports itself and what is below it; client and server meet only below both. */
export const layers: Rule = (tree) =>
  tree
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, imports }) => {
      const part = partOf(path)
      if (!part) return [`${path} is in no layer: move it into a folder of the design`]
      const allowed = [part, ...(BELOW[part] ?? [])]
      return imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .filter(({ target }) => !allowed.includes(partOf(target ?? '') ?? ''))
        .map(
          ({ specifier, line }) =>
            `${path}:${line} imports ${specifier}: ${part} may import only ${allowed.join(', ')}`,
        )
    })

/** A binding imports the library's public entries, its framework and its own folder. */
export const bindingsUseTheEntry: Rule = (tree) =>
  tree.flatMap(({ path, imports }) => {
    const binding = /^bindings\/([^/]+)\//.exec(path)?.[1]
    if (!binding) return []
    return imports
      .filter(
        ({ specifier, target }) =>
          specifier !== binding &&
          target !== 'src/index.ts' &&
          target !== 'src/bindings.ts' &&
          !target?.startsWith(`bindings/${binding}/`),
      )
      .map(
        ({ specifier, line }) =>
          `${path}:${line} imports ${specifier}: only src/index.js, src/bindings.js, ${binding} and bindings/${binding}/ are open to it`,
      )
  })

/** Packages are the users' cost: src has one, and only where signals begin; Node's modules stay in its adapter. */
export const packages: Rule = (tree) =>
  tree
    .filter(({ path }) => path.startsWith('src/'))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => !specifier.startsWith('.'))
        .flatMap(({ specifier, line }) => {
          const at = `${path}:${line} imports ${specifier}`
          if (specifier === '@preact/signals-core')
            return path === 'src/index.ts' || path.startsWith('src/channels/')
              ? []
              : [`${at}: signals begin in src/channels`]
          if (specifier.startsWith('node:'))
            return /^src\/server\/node(-\w+)?\.ts$/.test(path)
              ? []
              : [`${at}: only src/server/node.ts and its parts know Node`]
          return [`${at}: src depends on @preact/signals-core alone`]
        }),
    )

/** A file is named after its noun, never after the kind of things in it. */
export const fileNames: Rule = (tree) =>
  tree
    .filter(({ path }) => /(^|\/)(types|utils|helpers|constants)(\.d)?\.[jt]sx?$/.test(path))
    .map(({ path }) => `${path}: name it after the one thing it holds`)

const LONGEST = 250

/** A long file says why in its first comment. */
export const fileLength: Rule = (tree) =>
  tree
    .filter((module) => shipped(module) || module.path.startsWith('playground/'))
    .flatMap(({ path, text }) => {
      const lines = text.replace(/\n$/, '').split('\n').length
      const header = /^(?:#!.*\n)?\s*(\/\*[\s\S]*?\*\/|(?:\/\/.*\n)+)/.exec(text)?.[1] ?? ''
      const reason = /Over 250 lines (?:because|since|as|so that|:) \w/i
      if (
        lines <= LONGEST ||
        reason.test(header.replace(/[\s*/]+/g, ' ').replace('lines:', 'lines :'))
      )
        return []
      return [
        `${path} has ${lines} lines: split it, or say why not in its first comment, as "Over 250 lines because …"`,
      ]
    })

/** What is shipped has no `any`, neither written nor by assertion. */
export const noAny: Rule = (tree) =>
  tree.filter(shipped).flatMap(({ path, source }) => {
    const breaches: string[] = []
    visit(source, (node) => {
      if (node.kind === ts.SyntaxKind.AnyKeyword)
        breaches.push(`${path}:${lineOf(source, node)} says any: say unknown, or the type`)
    })
    return breaches
  })

/** The compiler is overruled only where a test shows that it refuses something. */
export const noSilencing: Rule = (tree) =>
  tree.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const directive = /(?:\/\/+|\/\*+|^\s*\*)\s*@ts-(expect-error|ignore|nocheck)\b/.exec(
        line,
      )?.[1]
      if (!directive || (directive === 'expect-error' && path.startsWith('test/types/'))) return []
      return [`${path}:${index + 1} has @ts-${directive}: only test/types/ may expect an error`]
    }),
  )

/** The names of one thing that each framework calls by its own. */
const FRAMEWORK_WORDS: Readonly<Record<string, string>> = {
  SSEProvider: 'provider',
  createSSE: 'provider',
}

/** The bindings are twins: the same files, and the same names exported in the same order. */
export const twins: Rule = (tree) => {
  const folder = (name: string) => tree.filter(({ path }) => path.startsWith(`bindings/${name}/`))
  const files = (name: string) =>
    folder(name).map(({ path }) => path.replace(`bindings/${name}/`, '').replace(/\.tsx?$/, ''))
  const names = (name: string) => {
    const entry = folder(name).find(({ path }) => /\/index\.tsx?$/.test(path))
    return entry ? runtimeNames(entry, tree).map((word) => FRAMEWORK_WORDS[word] ?? word) : []
  }
  return [
    ...compare('file', files('react').sort(), files('vue').sort()),
    ...compare('export', names('react'), names('vue')),
  ]
}

function compare(kind: string, react: readonly string[], vue: readonly string[]): string[] {
  const only = (here: readonly string[], there: readonly string[]) =>
    here.filter((name) => !there.includes(name))
  const breaches = [
    ...only(react, vue).map((name) => `bindings/vue lacks the ${kind} ${name} of its twin`),
    ...only(vue, react).map((name) => `bindings/react lacks the ${kind} ${name} of its twin`),
  ]
  if (breaches.length > 0 || react.join() === vue.join()) return breaches
  return [`the bindings order their ${kind}s differently: ${react.join(', ')}; ${vue.join(', ')}`]
}

/** What a module exports at run time, in order; types are left out. */
function runtimeNames(module: Module, tree: readonly Module[]): string[] {
  return module.source.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      if (statement.isTypeOnly) return []
      const { exportClause: clause, moduleSpecifier } = statement
      if (clause && ts.isNamedExports(clause))
        return clause.elements.filter(({ isTypeOnly }) => !isTypeOnly).map(({ name }) => name.text)
      if (clause) return [clause.name.text]
      const target = module.imports.find(
        ({ specifier }) =>
          moduleSpecifier &&
          ts.isStringLiteralLike(moduleSpecifier) &&
          specifier === moduleSpecifier.text,
      )?.target
      const next = tree.find(({ path }) => path === target)
      return next ? runtimeNames(next, tree) : []
    }
    const exported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    if (!exported) return []
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.map(({ name }) => name.getText())
    if (ts.isFunctionDeclaration(statement) && !statement.body) return []
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement))
      return [statement.name?.text ?? 'default']
    return []
  })
}
