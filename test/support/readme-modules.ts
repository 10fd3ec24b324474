/** README.md as modules: each of its named blocks of code is one, so that tests run what the reader copies. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Block, blocksOf } from './readme.js'

const README = join(import.meta.dirname, '../../README.md')

export const readReadme = (): string => readFileSync(README, 'utf8')

/** A block as TypeScript. A Vue component's template becomes part of its setup, where its types are checked as well. */
export async function scriptOf({ language, name, code }: Block): Promise<string> {
  if (language !== 'vue') return code
  // Loaded late: the project's configuration imports this file.
  const { compileScript, parse } = await import('vue/compiler-sfc')
  const { descriptor, errors } = parse(code, { filename: name })
  if (errors.length > 0) throw errors[0]
  return compileScript(descriptor, { id: name, inlineTemplate: true }).content
}

/** Serves the block `prices.ts` as README.md/prices.ts; blocks import each other as files of one folder do. */
export function readmeModules(): Plugin {
  const folder = `${README}/`
  const blockAt = (path: string) => {
    const name = path.slice(folder.length).replace(/\.vue\.ts$/, '.vue')
    return blocksOf(readReadme()).find((block) => block.name === name)
  }
  return {
    name: 'readme-modules',
    enforce: 'pre',
    resolveId(source, importer) {
      const isSibling = source.startsWith('./') && importer?.startsWith(folder)
      if (!isSibling && !/(^|\/)README\.md\/[^/]+$/.test(source)) return
      const path = join(folder, source.slice(source.lastIndexOf('/')))
      const files = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]
      return files.find(blockAt)?.replace(/\.vue$/, '.vue.ts')
    },
    async load(id) {
      if (!id.startsWith(folder)) return
      this.addWatchFile(README)
      const block = blockAt(id)
      return block && (await scriptOf(block))
    },
  }
}
