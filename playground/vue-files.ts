/** A Vite plugin that compiles `.vue` files with Vue's own compiler: script setup and template, no style blocks, no hot replacement. */
import { type Plugin, transformWithOxc } from 'vite'

export function vueFiles(): Plugin {
  return {
    name: 'vue-files',
    enforce: 'pre',
    async transform(code, id) {
      if (!id.endsWith('.vue')) return undefined
      return transformWithOxc(await compileVue(code, id), `${id}.ts`)
    },
  }
}

/** The page's own elements. */
const isCustomElement = (tag: string) => tag.includes('-')

/** A component as TypeScript; its template is part of its setup, where its types can be checked as well. */
export async function compileVue(code: string, filename: string): Promise<string> {
  // Loaded late: the project's configuration imports this file.
  const { compileScript, parse } = await import('vue/compiler-sfc')
  const { descriptor, errors } = parse(code, {
    filename,
    templateParseOptions: { isCustomElement },
  })
  if (errors.length > 0) throw errors[0]
  return compileScript(descriptor, {
    id: filename,
    inlineTemplate: true,
    // Again, since a template that was compiled before is parsed anew.
    templateOptions: { compilerOptions: { isCustomElement } },
  }).content
}
