/** The files of this very page, as text. */

export interface SourceFile {
  /** Below `playground/`. */
  readonly path: string
  load(): Promise<string>
}

const files = import.meta.glob<string>(['../demos/**/*', '../examples/*', '../server/*'], {
  query: '?raw',
  import: 'default',
})

/** Throws where there is no such file. */
export function sourceFile(path: string): SourceFile {
  const load = files[`../${path}`]
  if (!load) throw new Error(`There is no file playground/${path} to be shown.`)
  return { path, load: () => load().then(asInAnApp) }
}

/** The server's files run within Vite's configuration, which knows no `tidewire/server`. Who copies them does. */
const asInAnApp = (text: string): string =>
  text
    .replaceAll("'../../src/server/index.js'", "'tidewire/server'")
    .replaceAll("'../../src/server/node.js'", "'tidewire/node'")
