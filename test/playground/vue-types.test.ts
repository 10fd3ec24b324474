/** The playground's Vue components, which the compiler of TypeScript does not read by itself: their types hold, templates too. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { compileVue } from '../../playground/vue-files.js'

const PLAYGROUND = join(import.meta.dirname, '../../playground')

const components = readdirSync(PLAYGROUND, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.vue'))
  .map((path) => join(PLAYGROUND, path))

/** What the compiler says of these components, as TypeScript beside the files they come from. */
async function typeErrors(sources: ReadonlyMap<string, string>): Promise<string[]> {
  const files = new Map<string, string>()
  for (const [path, code] of sources)
    files.set(path.replace(/\.vue$/, '.vue.ts'), await compileVue(code, path))

  const file = join(PLAYGROUND, 'tsconfig.json')
  const config = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8')).config
  const { options: own, fileNames } = ts.parseJsonConfigFileContent(config, ts.sys, dirname(file))
  // Vue's compiler adds parameters that nobody wrote, and leaves imports of types behind.
  const options = { ...own, noUnusedParameters: false, noUnusedLocals: false }
  const host = ts.createCompilerHost(options)
  const { fileExists, readFile } = host
  host.fileExists = (path) => files.has(path) || fileExists(path)
  host.readFile = (path) => files.get(path) ?? readFile(path)
  const declarations = fileNames.filter((name) => name.endsWith('.d.ts'))
  const program = ts.createProgram([...declarations, ...files.keys()], options, host)
  return [...files.keys()].flatMap((path) => {
    const source = program.getSourceFile(path)
    return [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ].map(
      ({ messageText }) =>
        `${path.slice(PLAYGROUND.length + 1)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    )
  })
}

test('the components of the playground have no type errors', async () => {
  expect(components.length).toBeGreaterThan(5)
  const sources = new Map(components.map((path) => [path, readFileSync(path, 'utf8')]))
  expect(await typeErrors(sources)).toEqual([])
}, 60_000)

test('a wrong channel, a wrong payload and a wrong prop are seen', async () => {
  const path = join(PLAYGROUND, 'demos/chat/planted.vue')
  const planted = `<script setup lang="ts">
import { useChannel } from 'tidewire/vue'
const { latest } = useChannel('nowhere/at/all')
const { latestOf } = useChannel('dashboard/metrics')
const reading = latestOf('reading')
</script>
<template><p>{{ latest }} {{ reading?.data.nothing }}</p></template>`
  const errors = (await typeErrors(new Map([[path, planted]]))).join('\n')
  expect(errors).toMatch(/nowhere\/at\/all/)
  expect(errors).toMatch(/'nothing' does not exist/)
}, 60_000)
