/** What the README says holds: its blocks compile, what it names exists, its numbers are those that tests check. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import * as fc from 'fast-check'
import { createSource } from 'tidewire'
import { formatSSE } from 'tidewire/server'
import { afterEach, describe, expect, test, vi } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { blocksOf, isCode } from './support/document/block.js'
import { documentedProperties, typeErrors } from './support/document/compile.js'
import { readReadme } from './support/document/modules.js'
import { BUDGETS } from './support/download-size.js'

const text = readReadme()
const flat = text.replace(/\s+/g, ' ')
const blocks = blocksOf(text)
const code = blocks.filter(isCode)

test('every block has a name of its own, or a language that is not run', () => {
  const names = code.map(({ name }) => name)
  expect(names).not.toContain('')
  expect(new Set(names).size).toBe(names.length)
  const others = new Set(blocks.filter((block) => !isCode(block)).map(({ language }) => language))
  expect([...others].sort()).toEqual(['sh', 'text'])
  expect(text.match(/^ *(```|~~~)/gm)).toHaveLength(2 * blocks.length)
})

test('every block compiles', async () => {
  expect(code.length).toBeGreaterThan(8)
  const [, types = ''] = /Types by name: (.*?)\.\n/s.exec(text) ?? []
  const named = `export type { ${bare(types)} } from 'tidewire'`
  expect(types).toMatch(/`Source`.*`ConnectionState`/s)
  const naming = { language: 'ts', name: 'types.ts', code: named }
  expect(await typeErrors([...code, naming])).toEqual([])
  const slip = { language: 'ts', name: 'slip.ts', code: 'export { createSorce } from "tidewire"' }
  expect(await typeErrors([slip])).toEqual([expect.stringMatching(/^slip.ts:1 .*createSorce/)])
}, 60_000)

describe('what it names exists', () => {
  const commands = [
    ...blocks.filter(({ language }) => language === 'sh').map((block) => block.code),
    ...Array.from(text.matchAll(/`(np[mx] [^`\n]+)`/g), ([, command = '']) => command),
  ].flatMap((lines) =>
    lines
      .replaceAll(/ #.*/g, '')
      .trim()
      .split(/\n| && /),
  )

  test('commands', async () => {
    const tests = await readdir(import.meta.dirname, { recursive: true })
    const isKnown = (command: string) => {
      const [, script] = /^npm (?:run )?(\S+)$/.exec(command) ?? []
      const [, filter] = /^npx vitest run (\S+)$/.exec(command) ?? []
      if (filter) return tests.some((path) => path.endsWith('.test.ts') && path.includes(filter))
      if (command === `npm install ../tidewire/${manifest.name}-${manifest.version}.tgz`)
        return true
      return (
        script !== undefined && ['ci', 'pack', ...Object.keys(manifest.scripts)].includes(script)
      )
    }
    expect(commands).toEqual(expect.arrayContaining(['npm ci', 'npm start', 'npm test']))
    expect(commands.filter((command) => !isKnown(command))).toEqual([])
  })

  test('codes of errors', async () => {
    const errors = await readFile(new URL('../src/errors.ts', import.meta.url), 'utf8')
    const told = /Their `code` is stable: (.*?)\n\n/s.exec(text)?.[1] ?? ''
    const codes = Array.from(
      errors.matchAll(/^export type \w+Code =(.*?)\n(?=export|\/\*\*|\n)/gms),
    )
      .flatMap(([, union = '']) => union.match(/'[a-z-]+'/g) ?? [])
      .map((code) => code.slice(1, -1))
    expect(codes.length).toBeGreaterThan(12)
    expect(
      told
        .match(/`[a-z-]+`/g)
        ?.map(bare)
        .sort(),
    ).toEqual(codes.sort())
    const classes = errors.matchAll(/^export class (\w+) extends SSEError/gm)
    for (const [, name = ''] of classes) expect(told).toContain(name)
  })

  test('links to chapters', () => {
    const chapters = Array.from(text.matchAll(/^## (.*)$/gm), ([, title = '']) =>
      // As GitHub makes them: without punctuation.
      title
        .toLowerCase()
        .replace(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    )
    const links = Array.from(text.matchAll(/\]\(#([^)]+)\)/g), ([, link]) => link)
    expect(links).not.toEqual([])
    expect(chapters).toEqual(expect.arrayContaining(links))
  })

  test('what a source has, and nothing is missing', () => {
    const table = text.slice(text.indexOf('| a source has |'), text.indexOf('\n\nListeners, folds'))
    const cells = Array.from(table.matchAll(/^\| (`.*?) \|/gm), ([, cell = '']) => cell)
    const shown = cells.flatMap((cell) =>
      Array.from(cell.matchAll(/`(\w+)(?:\(.*?\))?`/g), ([, name]) => name),
    )
    const fields = documentedProperties('src/channels/source.ts', 'Source').keys()
    const named = [...fields].filter((name) => !name.startsWith('__@'))
    expect(shown.sort()).toEqual([...named, 'connected'].sort())
  })

  test('files and folders', () => {
    const paths = [
      ...Array.from(text.matchAll(/`([\w/-]+\/)`/g), ([, path = '']) => path),
      ...Array.from(text.matchAll(/\]\((?!https:|#)([^)]+)\)/g), ([, path = '']) => path),
    ].filter((path) => path !== 'dist/')
    expect(paths.length).toBeGreaterThan(6)
    const root = new URL('..', import.meta.url)
    expect(paths.filter((path) => !existsSync(new URL(path, root)))).toEqual([])
  })

  test('versions', () => {
    const { peerDependencies: peers, engines } = manifest
    const least = (range: string) => range.replace('>=', '')
    expect(flat).toContain(`\`react\` (${least(peers.react)} or later)`)
    expect(flat).toContain(`\`vue\` (${least(peers.vue)} or later)`)
    expect(flat).toContain(`Node ${least(engines.node)}`)
  })
})

describe('its numbers are checked ones', () => {
  const source = (path: string) => readFile(new URL(path, import.meta.url), 'utf8')

  test('sizes', () => {
    const budgets = Object.fromEntries(
      BUDGETS.map(({ name, entry, budget }) => [
        `${name} of ${entry}`,
        budget.toLocaleString('en'),
      ]),
    )
    const {
      'openEventStream of tidewire': stream,
      'createSource of tidewire': client,
      'SSEClient of tidewire': channels,
      'useSSE of tidewire/react': react,
      'useSSE of tidewire/vue': vue,
      ...others
    } = budgets
    expect(others).toEqual({})
    expect(react).toBe(vue)
    expect(flat).toContain(
      `At most ${stream} bytes for \`openEventStream\`, ${client} for \`createSource\`, ${channels} for \`SSEClient\` (minified, brotli)`,
    )
    expect(flat).toContain(`at most ${vue} more for \`useSSE\`, in React and in Vue`)
  })

  test('random streams of the parser', async () => {
    const found = /STREAMS \?\? (\d+)_000\)/.exec(
      await source('event-stream/parser.property.test.ts'),
    )
    expect(flat).toContain(`on ${found?.[1]},000 random streams`)
  })

  const options = documentedProperties('src/channels/pool.ts', 'SharedSourceOptions')
  /** What the documentation of an option gives as its default. */
  const defaults = new Map(
    Array.from(options, ([name, documentation]) => {
      const [, value] = /Default (4 Mi|\S+?)[.:,;]?(\s|$)/.exec(documentation) ?? []
      return [name, value && bare(value)] as const
    }),
  )

  test('options and their defaults', () => {
    const table = text.slice(text.indexOf('## Options'), text.indexOf('## Where it runs'))
    const shown = new Map<string, string | undefined>()
    for (const [, names = '', values = ''] of table.matchAll(/^\| (`.*?) \| (.*?) \|/gm))
      for (const [index, name] of names.split(', ').entries())
        shown.set(bare(name), values.split(', ')[index])

    expect([...shown.keys()].sort()).toEqual([...options.keys()].sort())
    const known = [...defaults].filter(([, value]) => value !== undefined)
    expect(known.length).toBeGreaterThan(12)
    expect(known.map(([name]) => [name, bare(shown.get(name) ?? '')])).toEqual(known)
  })

  test('times and limits of the other chapters', async () => {
    const seconds = (name: string) => `${Number(defaults.get(name)) / 1000} s`
    const connection = await source('../src/connection/connection.ts')
    const [, healthy] = /HEALTHY_AFTER = (\d+)/.exec(connection) ?? []
    for (const claim of [
      `The delay starts at ${seconds('reconnectDelay')} and grows by ${defaults.get('reconnectMultiplier')} up to ${seconds('maxReconnectDelay')}`,
      `the stream is open for ${Number(healthy) / 1000} s | the next delay starts at ${seconds('reconnectDelay')}`,
      `no headers within ${seconds('connectTimeout')}`,
      `more than ${defaults.get('maxEventSize')} characters`,
      `the last ${defaults.get('history')} of them`,
    ])
      expect(flat).toContain(claim)
  })
})

describe('a stream that breaks', () => {
  const BREAKS = 1000
  const EVENTS = 30

  afterEach(() => {
    vi.useRealTimers()
  })

  /** What an endpoint has to say after an event, in characters of one to four bytes. */
  const bytesAfter = (last: number) =>
    new TextEncoder().encode(
      Array.from({ length: EVENTS }, (_none, index) =>
        formatSSE({ id: last + index + 1, data: { text: 'aé漢😀\n' } }),
      ).join(''),
    )

  /** Some bytes, then an error; without a length all of them, and no end. */
  const bodyOf = (bytes: Uint8Array, length?: number) => {
    const parts = [bytes.subarray(0, length)]
    return new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          const part = parts.pop()
          if (part?.length) controller.enqueue(part)
          else if (length !== undefined) controller.error(new TypeError('cut'))
        },
      },
      { highWaterMark: 0 },
    )
  }

  test(`${BREAKS} times at a random byte loses no event and doubles none`, async () => {
    vi.useFakeTimers()
    const lengths = fc.array(fc.nat(Math.floor(bytesAfter(0).length / 2)), {
      minLength: BREAKS,
      maxLength: BREAKS,
    })
    await fc.assert(
      fc.asyncProperty(lengths, async (lengths) => {
        let requests = 0
        const ids: number[] = []
        const source = createSource('/events', {
          async fetch({ headers }) {
            const bytes = bytesAfter(Number(headers.get('last-event-id')))
            return new Response(bodyOf(bytes, lengths[requests++]), {
              headers: { 'content-type': 'text/event-stream' },
            })
          },
        })
        source.on('message', (_data, { id }) => ids.push(Number(id)))
        while (requests <= BREAKS) await vi.advanceTimersByTimeAsync(10_000)
        source.close()

        const sent = new Set(ids).size
        const lost = (ids.at(-1) ?? 0) - sent
        const doubled = ids.length - sent
        expect(sent).toBeGreaterThan(BREAKS)
        expect(ids).toEqual([...ids].sort((a, b) => a - b))
        expect(flat).toContain(
          `broke ${BREAKS.toLocaleString('en')} times, each time at a random byte, ${lost} events are lost and ${doubled} come twice`,
        )
      }),
      { numRuns: 1, endOnFailure: true },
    )
  }, 30_000)
})

function bare(text: string): string {
  return text.replace(/[`']/g, '')
}
