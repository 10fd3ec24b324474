/** The README holds: every block of code compiles and does what the text says, every command exists, every number is one that is checked. */
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import * as fc from 'fast-check'
import { createElement } from 'react'
import { renderToString } from 'react-dom/server'
import { createSource } from 'tidewire'
import { formatSSE } from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSSRApp } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import manifest from '../package.json' with { type: 'json' }
import { blocksOf, isCode, needsPage } from './support/readme.js'
import { readReadme } from './support/readme-modules.js'
import { documentedProperties, typeErrors } from './support/readme-types.js'
import { createWorld, type World } from './support/readme-world.js'

const text = readReadme()
const blocks = blocksOf(text)
const code = blocks.filter(isCode)
const flat = text.replace(/\s+/g, ' ')

const load = (name: string): Promise<Record<string, unknown>> =>
  import(/* @vite-ignore */ `../README.md/${name}`)

const EVENT_STREAM = { 'content-type': 'text/event-stream' }
const FAKE = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const

describe('each block runs', () => {
  let world: World

  beforeEach(() => {
    world = createWorld()
  })
  afterEach(() => world.end())

  const runs: Record<string, () => Promise<void>> = {
    async 'hello.mjs'() {
      vi.useFakeTimers({ toFake: [...FAKE] })
      const output =
        blocks
          .find(({ language }) => language === 'text')
          ?.code.trim()
          .split('\n') ?? []
      await load('hello.mjs')
      await world.until(() => world.printed.length >= output.length)
      expect(world.printed.slice(0, output.length)).toEqual(output)
    },

    async 'prices.ts'() {
      world.serve((_request, response) => {
        response.writeHead(200, EVENT_STREAM)
        response.write(price(1, 40) + price(2, 42) + price(3, 41))
        response.write(formatSSE({ type: 'news', id: 4, data: { text: 'Closing time' } }))
      })
      await load('prices.ts')
      expect(world.printed.slice(0, 2)).toEqual(['idle undefined 0 undefined', 'highest 0'])
      expect(world.printed).toEqual(
        expect.arrayContaining([
          'open undefined 0 undefined',
          '1 TIDE 40',
          '2 TIDE 42',
          '3 TIDE 41',
          'open news 4 undefined',
          'highest 42',
          'closed news 4 undefined',
        ]),
      )
    },

    async 'token.ts'() {
      const asked: unknown[] = []
      world.serve((request, response) => {
        if (request.method === 'POST') return response.end('secret')
        asked.push(request.headers.authorization)
        if (request.headers.authorization !== 'Bearer secret') return response.writeHead(401).end()
        return response.writeHead(200, EVENT_STREAM).write(formatSSE({ data: 'welcome' }))
      })
      await load('token.ts')
      await world.until(() => world.printed.length > 0)
      expect(world.printed).toEqual(['welcome'])
      expect(asked).toEqual(['Bearer', 'Bearer secret'])
    },

    async 'answer.ts'() {
      const bodies: string[] = []
      world.serve(async (request, response) => {
        bodies.push(`${request.method} ${await textOf(request)}`)
        response.writeHead(200, EVENT_STREAM)
        for (const token of ['Rivers ', 'bring ', 'salt.'])
          response.write(formatSSE({ type: 'delta', data: { text: token } }))
        response.end(formatSSE({ type: 'done', data: { tokens: 3 } }))
      })
      await load('answer.ts')
      await world.until(() => world.printed.some((line) => line.startsWith('closed')))
      expect(world.printed.at(-1)).toBe('closed Rivers bring salt.')
      expect(bodies).toEqual(['POST {"prompt":"Why is the sea salty?"}'])
    },

    async 'server.ts'() {
      vi.useFakeTimers({ toFake: [...FAKE] })
      await load('server.ts')
      const ids: number[] = []
      const statuses = new Set<string>()
      const source = createSource('/api/prices')
      source.status.subscribe((status) => statuses.add(status))
      source.on('price', (_data, { id }) => ids.push(Number(id)))
      for (const count of [3, 6, 9]) {
        await world.until(() => ids.length >= count)
        world.breakConnections()
      }
      await world.until(() => ids.length >= 12)
      expect(statuses).toContain('waiting')
      const first = ids[0] ?? 0
      expect(ids).toEqual(ids.map((_id, index) => first + index))
      source.close()

      const leaving = new AbortController()
      let received = ''
      const reading = (async () => {
        const { body } = await fetch('/api/prices', { signal: leaving.signal })
        for await (const bytes of body ?? []) received += new TextDecoder().decode(bytes)
      })()
      await world.until(() => /^:$/m.test(received))
      leaving.abort()
      await expect(reading).rejects.toThrow()
      expect(received).toMatch(/^event: price$/m)
    },

    async 'streams.ts'() {
      const asked: unknown[] = []
      world.serve((request, response) => {
        asked.push(request.headers['last-event-id'])
        response.writeHead(200, EVENT_STREAM).write(price(42, 7) + price(43, 8))
      })
      await load('streams.ts')
      expect(world.printed).toEqual([
        'price {"symbol":"TIDE","value":7} 42',
        "{ type: 'greeting', data: 'hello', lastEventId: '' }",
      ])
      expect(asked).toEqual(['41'])
    },
  }

  /** Registers its own tests. */
  const suites = ['prices.test.ts']

  test.each(code.filter((block) => !needsPage(block) && !suites.includes(block.name)))(
    '$name',
    async ({ name }) => {
      const run = runs[name]
      if (!run) throw new Error(`No test runs the block "${name}": add one here, by its name.`)
      await run()
    },
  )

  test('and no block has gone', () => {
    expect(code.map(({ name }) => name)).toEqual(
      expect.arrayContaining([...Object.keys(runs), ...suites]),
    )
  })

  test('React components are idle on a server, and open nothing', async () => {
    const { Ticker } = (await load('Ticker.tsx')) as { Ticker: () => never }
    const { ConnectionStatus } = (await load('ConnectionStatus.tsx')) as Record<string, () => never>
    const html = renderToString(createElement('div', null, createElement(Ticker)))
    expect(html.replaceAll('<!-- -->', '')).toContain(', highest 0, 0 messages')
    expect(renderToString(createElement(ConnectionStatus!))).toBe('<p>idle</p>')
  })

  test('Vue components are, too', async () => {
    const { default: Ticker } = (await load('Ticker.vue')) as { default: object }
    expect(await renderVue(createSSRApp(Ticker))).toBe('<p>, highest 0, 0 messages</p>')
  })
})

describe('prices.test.ts', async () => {
  await load('prices.test.ts')
})

test('every block has a name of its own, or a language that is not run', () => {
  const names = code.map(({ name }) => name)
  expect(names).not.toContain('')
  expect(new Set(names).size).toBe(names.length)
  const others = new Set(blocks.filter((block) => !isCode(block)).map(({ language }) => language))
  expect([...others].sort()).toEqual(['sh', 'text'])
})

test('every block compiles', async () => {
  expect(code.length).toBeGreaterThan(8)
  expect(await typeErrors(code)).toEqual([])
  const slip = { language: 'ts', name: 'slip.ts', code: 'export { createSorce } from "tidewire"' }
  expect(await typeErrors([slip])).toEqual([expect.stringMatching(/^slip.ts:1 .*createSorce/)])
}, 60_000)

describe('what it names exists', () => {
  const commands = [
    ...blocks.filter(({ language }) => language === 'sh').map((block) => block.code),
    ...Array.from(text.matchAll(/`(np[mx] [^`\n]+)`/g), ([, command = '']) => command),
  ].flatMap((lines) => lines.trim().split(/\n| && /))

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

  test('files and folders', () => {
    const paths = [
      ...Array.from(text.matchAll(/`([\w/-]+\/)`/g), ([, path = '']) => path),
      ...Array.from(text.matchAll(/\]\((?!https:)([^)]+)\)/g), ([, path = '']) => path),
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

  test('sizes', async () => {
    const budgets = Array.from(
      (await source('package.test.ts')).matchAll(/name: '(\w+)', entry: '(\S+)', budget: (\d+)/g),
      ([, name, entry, budget]) => [`${name} of ${entry}`, Number(budget).toLocaleString('en')],
    )
    const { 'createSource of tidewire': client, ...others } = Object.fromEntries(budgets)
    expect(flat).toContain(`\`createSource\` is less than ${client} bytes (minified, brotli)`)
    expect(others['useSSE of tidewire/react']).toBe(others['useSSE of tidewire/vue'])
    expect(flat).toContain(`less than ${others['useSSE of tidewire/vue']} more, each`)
  })

  test('random streams of the parser', async () => {
    const found = /STREAMS \?\? (\d+)_000\)/.exec(
      await source('event-stream/parser.property.test.ts'),
    )
    expect(flat).toContain(`on ${found?.[1]},000 random streams`)
  })

  test('options and their defaults', () => {
    const table = text.slice(text.indexOf('## Options'), text.indexOf('## Where it runs'))
    const rows = Array.from(
      table.matchAll(/^\| (`.*?) \| (.*?) \|/gm),
      ([, names = '', values = '']) => zip(names.split(', '), values.split(', ')),
    ).flat()
    const shown = new Map(rows.map(([name, value]) => [bare(name), bare(value)]))

    const options = documentedProperties('src/channels/pool.ts', 'SharedSourceOptions')
    expect([...shown.keys()].sort()).toEqual([...options.keys()].sort())
    let compared = 0
    for (const [name, documentation] of options) {
      const [, value] =
        /Default (.+?)(?:[.:,;]?\s|[.:,;]?$)/s.exec(documentation.replace('4 Mi', '4_Mi')) ?? []
      if (value === undefined) continue
      compared++
      expect(`${name}: ${shown.get(name)}`).toBe(`${name}: ${bare(value.replace('_', ' '))}`)
    }
    expect(compared).toBeGreaterThan(12)
  })

  const bare = (text: string) => text.replace(/[`']/g, '')
  const zip = (names: string[], values: string[]) =>
    names.map((name, index) => [name, values[index] ?? ''] as const)
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
            return new Response(bodyOf(bytes, lengths[requests++]), { headers: EVENT_STREAM })
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

function price(id: number, value: number): string {
  return formatSSE({ type: 'price', id, data: { symbol: 'TIDE', value } })
}
