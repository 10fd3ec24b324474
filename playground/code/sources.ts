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
  return { path, load }
}
