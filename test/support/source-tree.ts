/** A tree of source files, read far enough to see what each one imports. */
import { posix } from 'node:path'
import ts from 'typescript'

/** One source file of the tree: what it is called, what it says, what it imports. */
export interface Module {
  readonly path: string
  readonly text: string
  readonly source: ts.SourceFile
  readonly imports: readonly Import[]
}

export interface Import {
  readonly specifier: string
  /** The file of the tree that a relative specifier names. */
  readonly target: string | undefined
  readonly line: number
}

/** Reads a map of path to text. Paths are relative to the project, with forward slashes. */
export function parseTree(files: Readonly<Record<string, string>>): Module[] {
  return Object.entries(files).map(([path, text]) => {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    const imports = specifiersOf(source).map((node) => ({
      specifier: node.text,
      target: resolve(path, node.text, files),
      line: lineOf(source, node),
    }))
    return { path, text, source, imports }
  })
}

/** Every way to name another module: import, export from, `import()` and the type `import('…')`, type-only or not. */
function specifiersOf(source: ts.SourceFile): ts.StringLiteralLike[] {
  const found: ts.StringLiteralLike[] = []
  visit(source, (node) => {
    let specifier: ts.Node | undefined
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node))
      specifier = node.moduleSpecifier
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      specifier = node.argument.literal
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      specifier = node.arguments[0]
    if (specifier && ts.isStringLiteralLike(specifier)) found.push(specifier)
  })
  return found
}

function resolve(from: string, specifier: string, files: Readonly<Record<string, string>>) {
  if (!specifier.startsWith('.')) return undefined
  const path = posix.join(posix.dirname(from), specifier)
  return [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')].find(
    (candidate) => candidate in files,
  )
}

/** Shows every node of a file. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node)
  ts.forEachChild(node, (child) => visit(child, see))
}

export const lineOf = (source: ts.SourceFile, node: ts.Node) =>
  source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
