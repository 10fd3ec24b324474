/** The files of this very page, as text. */

export interface SourceFile {
  /** Below `playground/`. */
  readonly path: string
  readonly text: string
}

const texts: Readonly<Record<string, string>> = import.meta.glob(
  ['../demos/**/*', '../examples/*', '../server/*', '!../**/*.css'],
  { query: '?raw', import: 'default', eager: true },
)

/** Throws where there is no such file, so that a demo cannot show another's code unseen. */
export function sourceFile(path: string): SourceFile {
  const text = texts[`../${path}`]
  if (text === undefined) throw new Error(`There is no file playground/${path} to be shown.`)
  return { path, text }
}
