/** README.md and the files of docs/ as modules: each of their named blocks of code is one, so that tests run what the reader copies. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Block, blocksOf } from './readme.js'

const ROOT = join(import.meta.dirname, '../..')

/** A document of the project, by its path. */
export const readDocument = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
export const readReadme = (): string => readDocument('README.md')

/** A block as TypeScript. A Vue component's template becomes part of its setup, where its types are checked as well. */
export async function scriptOf({ language, name, code }: Block): Promise<string> {
  if (language !== 'vue') return code
  // Loaded late: the project's configuration imports this file.
  const { compileScript, parse } = await import('vue/compiler-sfc')
  const { descriptor, errors } = parse(code, { filename: name })
  if (errors.length > 0) throw errors[0]
  return compileScript(descriptor, { id: name, inlineTemplate: true }).content
}

/** The document and the block that a path such as README.md/prices.ts names. */
const PATH = /(?:^|\/)((?:README|docs\/[\w-]+)\.md)\/([^/]+)$/

/** Serves the block `prices.ts` as README.md/prices.ts; blocks import each other as files of one folder do. */
export function readmeModules(): Plugin {
  const parse = (path: string) => {
    const [, document = '', name = ''] = PATH.exec(path) ?? []
    return { document, name: name.replace(/\.vue\.ts$/, '.vue') }
  }
  const blockAt = (path: string) => {
    const { document, name } = parse(path)
    return document
      ? blocksOf(readDocument(document)).find((block) => block.name === name)
      : undefined
  }
  return {
    name: 'readme-modules',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const isSibling = source.startsWith('./') && PATH.test(importer)
      const named = isSibling ? join(importer, '..', source) : source
      const { document, name } = parse(named)
      if (!document) return
      const path = join(ROOT, document, name)
      const files = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]
      return files.find(blockAt)?.replace(/\.vue$/, '.vue.ts')
    },
    async load(id) {
      const { document } = parse(id)
      if (!document || !id.startsWith(ROOT)) return
      this.addWatchFile(join(ROOT, document))
      const block = blockAt(id)
      return block && (await scriptOf(block))
    },
  }
}
