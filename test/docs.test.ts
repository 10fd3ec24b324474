/** What holds for every page of docs/: its blocks compile and are run, its links lead somewhere, its commands exist. */
import { execFile } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { blocksOf, isCode, needsPage } from './support/document/block.js'
import { typeErrors } from './support/document/compile.js'
import { brokenLinks, linksOf } from './support/document/links.js'
import { filesOf, readDocument } from './support/document/modules.js'

const root = join(import.meta.dirname, '..')
const has = (path: string) => existsSync(join(root, path))
const inDocs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((path) => `docs/${path.replaceAll('\\', '/')}`)
  .filter((path) => path.endsWith('.md'))
const pages = inDocs.filter((path) => !path.startsWith('docs/api/'))
const nameOf = (page: string) => page.replace(/^docs\/|\.md$/g, '')

/** Its examples are one conversation, which test/server/protocol-document.test.ts runs. */
const PROTOCOL = 'docs/protocol.md'
const withCode = pages.filter(
  (page) => page !== PROTOCOL && blocksOf(readDocument(page)).some(isCode),
)

test('the index names every page', () => {
  const linked = linksOf(readDocument('docs/README.md')).map((link) => `docs/${link}`)
  const missing = pages.filter((page) => page !== 'docs/README.md' && !linked.includes(page))
  expect(missing).toEqual([])
})

describe.each(pages.filter((page) => page !== PROTOCOL))('%s', (page) => {
  const text = readDocument(page)
  const blocks = blocksOf(text)
  const code = blocks.filter(isCode)

  test('has blocks of code with names of their own; what else there is does not run', () => {
    const names = code.map(({ name }) => name)
    expect(names).not.toContain('')
    expect(new Set(names).size).toBe(names.length)
    const others = new Set(blocks.filter((block) => !isCode(block)).map(({ language }) => language))
    expect([...others].filter((language) => !['sh', 'text', 'nginx'].includes(language))).toEqual(
      [],
    )
    expect(text.match(/^ *(```|~~~)/gm) ?? []).toHaveLength(2 * blocks.length)
  })

  test('is run by a test', () => {
    const runs = (folder: string) =>
      ['ts', 'tsx'].some((ending) => {
        const path = `${folder}/${nameOf(page)}.test.${ending}`
        const call = new RegExp(`describeDocument\\(\\s*'${page}'`)
        return has(path) && call.test(readFileSync(join(root, path), 'utf8'))
      })
    const inNode = code.some((block) => !needsPage(block))
    const inPage = code.some(needsPage)
    expect(!inNode || runs('test/docs')).toBe(true)
    expect(!inPage || runs('test/browser/docs')).toBe(true)
  })

  test('names commands that exist', async () => {
    const commands = [
      ...blocks.filter(({ language }) => language === 'sh').flatMap(({ code }) => code.split('\n')),
      ...Array.from(text.matchAll(/`(np[mx] [^`\n]+)`/g), ([, command = '']) => command),
    ]
      .flatMap((line) => line.replace(/\s#.*/, '').split(/ && /))
      .map((command) => command.trim())
    const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    const unknown = commands.filter((command) => {
      const [, script] = /^npm run (\S+)/.exec(command) ?? []
      const [, filter] = /^npx vitest run (\S+)/.exec(command) ?? []
      if (script) return !(script in manifest.scripts)
      return filter !== undefined && !tests.some((path) => path.includes(filter))
    })
    expect(unknown).toEqual([])
  })
})

test.each(withCode)(
  'the blocks of %s compile',
  async (page) => {
    const code = blocksOf(readDocument(page)).filter(isCode)
    expect(await typeErrors(code, filesOf(page).filter(isCode))).toEqual([])
  },
  120_000,
)

test('the compiler sees what is wrong in each kind of block', async () => {
  const slip = "import { createSorce } from 'tidewire'"
  const source =
    "import { createSource } from 'tidewire'\nconst { latest } = createSource<{ a: { b: 1 } }>('/')"
  const wrong = [
    { language: 'ts', name: 'slip.ts', code: `${slip}\nvoid createSorce` },
    { language: 'js', name: 'slip.mjs', code: `${slip}\nvoid createSorce` },
    {
      language: 'vue',
      name: 'Slip.vue',
      code: `<script setup lang="ts">\nconst a = 1\n</script>\n<template>{{ a.b }}</template>`,
    },
    {
      language: 'svelte',
      name: 'Slip.svelte',
      code: `<script lang="ts">\n${source}\n</script>\n{#if $latest}<p>{$latest.data.c}</p>{/if}`,
    },
  ]
  const found = await typeErrors(wrong)
  for (const name of wrong.map((block) => block.name))
    expect(found).toEqual(expect.arrayContaining([expect.stringContaining(name)]))
  expect(found).toHaveLength(wrong.length)
}, 120_000)

test('blocks are written as the project formats its own code', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tidewire-docs-'))
  try {
    for (const page of withCode) {
      await mkdir(join(folder, nameOf(page)))
      for (const { name, language, code } of blocksOf(readDocument(page)).filter(isCode))
        if (language !== 'vue' && language !== 'svelte')
          await writeFile(join(folder, nameOf(page), name), code)
    }
    const biome = ['--no-install', 'biome', 'format', '--config-path', root, '--vcs-enabled=false']
    const said = await promisify(execFile)('npx', [...biome, folder], { cwd: root }).then(
      () => '',
      (failure: { stdout: string; stderr: string }) => failure.stdout + failure.stderr,
    )
    expect(said).toBe('')
  } finally {
    await rm(folder, { recursive: true })
  }
}, 60_000)

describe('links', () => {
  const outside = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'].filter(has)

  test('lead somewhere', () => {
    const documents = Object.fromEntries(
      [...outside, ...pages].map((path) => [path, readDocument(path)]),
    )
    expect(Object.values(documents).flatMap(linksOf).length).toBeGreaterThan(20)
    expect(brokenLinks(documents, has)).toEqual([])
  })

  test('that lead nowhere are seen', () => {
    const documents = {
      'README.md':
        '# A title\n[a](docs/a.md) [b](docs/a.md#two-words) [c](#a-title) `[code](x.md)`',
      'docs/a.md':
        '## Two words\n[d](../README.md#none) [e](b.md) [f](../src/) [g](https://example.com)\n```md\n[h](i.md)\n```\n',
    }
    expect(brokenLinks(documents, (path) => path === 'src/')).toEqual([
      'docs/a.md: ../README.md#none leads to no chapter',
      'docs/a.md: b.md leads to no file',
    ])
  })
})

test('files and folders that contributors are told of exist', () => {
  const said = ['CONTRIBUTING.md', 'docs/how-it-is-built.md'].flatMap((path) =>
    Array.from(
      readDocument(path).matchAll(/(?<=[`\s])((?:src|bindings|test|playground|docs)\/[\w./-]*)/g),
      ([, named = '']) => named.replace(/\.$/, ''),
    ),
  )
  expect(said.length).toBeGreaterThan(40)
  expect(said.filter((path) => path !== 'docs/api/' && !has(path))).toEqual([])
})
