/** README.md and the files of docs/ as modules: each of their named blocks of code is one, so that tests run what the reader copies. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Plugin } from 'vite'
import { type Block, blocksOf } from './block.js'

const ROOT = join(import.meta.dirname, '../../..')

/** The pages of docs/ build on the app of this one: a file that a page has not is the one of this page. */
const SHARED = 'docs/getting-started.md'

/** A document of the project, by its path. */
export const readDocument = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
export const readReadme = (): string => readDocument('README.md')

/** The files that a document's blocks find beside them: its own, and in docs/ those of the app. */
export function filesOf(document: string): Block[] {
  const own = blocksOf(readDocument(document))
  if (!document.startsWith('docs/') || document === SHARED) return own
  const has = new Set(own.map(({ name }) => name))
  return [...own, ...blocksOf(readDocument(SHARED)).filter(({ name }) => name && !has.has(name))]
}

/** A block as TypeScript, for the compiler's eyes. A component's template becomes part of its setup, where its types are checked as well. */
export async function scriptOf(block: Block): Promise<string> {
  if (block.language === 'svelte') {
    const { checkedSvelte } = await import('./svelte.js')
    return checkedSvelte(block.code)
  }
  return block.language === 'vue' ? withNarrowing(await compileVue(block)) : block.code
}

/** A block as it runs. */
async function moduleOf(block: Block, on: 'server' | 'client'): Promise<string> {
  if (block.language === 'vue') return compileVue(block)
  if (block.language !== 'svelte') return block.code
  const { compile } = await import('svelte/compiler')
  return compile(block.code, { filename: block.name, generate: on, dev: false }).js.code
}

async function compileVue({ name, code }: Block): Promise<string> {
  // Loaded late: the project's configuration imports this file.
  const { compileScript, parse } = await import('vue/compiler-sfc')
  const { descriptor, errors } = parse(code, { filename: name })
  if (errors.length > 0) throw errors[0]
  return compileScript(descriptor, { id: name, inlineTemplate: true }).content
}

/** A ref that the template reads twice is one value, so that a condition on it narrows its type. */
function withNarrowing(script: string): string {
  const refs = new Set(Array.from(script.matchAll(/_unref\((\w+)\)/g), ([, name = '']) => name))
  const values = [...refs].map((name) => `const ${name}$ = _unref(${name})`).join('\n')
  return script
    .replace(/_unref\((\w+)\)/g, '$1$$')
    .replace(/return \(_ctx: any,_cache: any\) => \{/, (start) => `${start}\n${values}`)
}

/** The document and the block that a path within the project names: README.md/prices.ts */
const PATH = /^(?:\.\.\/)*\/?((?:README|docs\/[\w-]+)\.md)\/([^/]+)$/
const ofBlock = (path: string) => PATH.exec(path.startsWith(ROOT) ? path.slice(ROOT.length) : path)

/** Serves the block `prices.ts` as README.md/prices.ts; blocks import each other as files of one folder do. */
export function documentModules(): Plugin {
  const parse = (path: string) => {
    const [, document = '', name = ''] = ofBlock(path) ?? []
    return { document, name: name.replace(/\.(vue|svelte)\.ts$/, '.$1') }
  }
  const blockAt = (path: string) => {
    const { document, name } = parse(path)
    return document ? filesOf(document).find((block) => block.name === name) : undefined
  }
  return {
    name: 'document-modules',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const isSibling = source.startsWith('./') && ofBlock(importer)
      const named = isSibling ? join(importer, '..', source) : source
      const { document, name } = parse(named)
      if (!document) return
      const path = join(ROOT, document, name)
      const files = [path, path.replace(/\.js$/, '.ts'), path.replace(/\.js$/, '.tsx')]
      return files.find(blockAt)?.replace(/\.(vue|svelte)$/, '.$1.ts')
    },
    async load(id, options) {
      const { document } = parse(id)
      if (!document || !id.startsWith(ROOT)) return
      for (const path of [document, SHARED]) this.addWatchFile(join(ROOT, path))
      const block = blockAt(id)
      return block && (await moduleOf(block, options?.ssr ? 'server' : 'client'))
    },
  }
}
