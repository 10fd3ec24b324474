/** The fenced blocks of a document, and where each of them is run. */

/** A fenced block. Its fence carries the language and, for code, a file name: ```ts prices.ts */
export interface Block {
  readonly language: string
  /** '' where the fence has none. */
  readonly name: string
  readonly code: string
}

export function blocksOf(text: string): Block[] {
  return Array.from(
    text.matchAll(/^```(\S+)(?: (\S+))?\n(.*?)^```$/gms),
    ([, language = '', name = '', code = '']) => ({ language, name, code }),
  )
}

/** The languages that are run. Others are checked in their own ways. */
export const isCode = ({ language }: Block): boolean =>
  /^(m?[jt]s|[jt]sx|vue|svelte)$/.test(language)

/** What is rendered, or touches the page, is run in Chromium; the rest in Node. */
export const needsPage = ({ language, code }: Block): boolean =>
  /^(vue|tsx|jsx|svelte)$/.test(language) || /\b(document|sessionStorage)\b/.test(code)

/** Registers its own tests. */
export const isSuite = ({ name }: Block): boolean => /\.test\.tsx?$/.test(name)
