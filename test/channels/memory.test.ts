/** What is kept is kept alone: a message does not hold the chunk it came in. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { expect, test } from 'vitest'
import { ownText } from '../../src/event-stream/own-text.js'

const root = join(import.meta.dirname, '../..')

/** Two thousand messages, each of them small and alone in a large chunk: how much the heap grew by keeping them, in bytes. */
const KEEP_MESSAGES = `
  import { createSource } from './src/index.ts'
  const used = () => (gc(), process.memoryUsage().heapUsed)
  const COUNT = 2000
  let sent = 0
  const body = new ReadableStream({
    pull(controller) {
      if (sent === COUNT) return controller.close()
      const text = 'event: a-type-of-its-own-' + sent + '\\nid: an-id-of-some-length-' + sent +
        '\\ndata: some text that is worth keeping ' + sent++ + '\\n: ' + 'x'.repeat(15_000) + '\\n\\n'
      controller.enqueue(new TextEncoder().encode(text))
    },
  })
  const before = used()
  const source = createSource('http://localhost/', {
    body: {},
    history: COUNT,
    fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
  })
  for await (const _ of source);
  if (source.messages.peek().length !== COUNT) throw new Error('messages are missing')
  console.log(used() - before)
  source.close()
`

/** Runs it in a process of its own. `copies` is the source of \`own-text.ts\`, where it is another. */
async function grownBy(code: string, copies?: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    plugins: [
      {
        name: 'own-text',
        setup({ onLoad }) {
          if (copies !== undefined)
            onLoad({ filter: /own-text\.ts$/ }, () => ({ contents: copies, loader: 'ts' }))
        },
      },
    ],
  })
  const input = outputFiles[0]?.text ?? ''
  const flags = ['--expose-gc', '--input-type=module', '-']
  return Number(execFileSync(process.execPath, flags, { input, encoding: 'utf8' }))
}

test('two thousand kept messages hold less than 4 MB, whatever they were cut out of', async () => {
  expect(await grownBy(KEEP_MESSAGES)).toBeLessThan(4_000_000)
}, 60_000)

test('they would hold all 30 MB if they were not copied', async () => {
  const asTheyCame = 'export const ownText = (text: string) => text'
  expect(await grownBy(KEEP_MESSAGES, asTheyCame)).toBeGreaterThan(20_000_000)
}, 60_000)

test.each([
  '',
  'short',
  'exactly 13 ch',
  'a line\nand "another" \\ one',
  '𝄞 é \u0000 \u2028 \ufeff',
  'half a pair: \ud834, and its other half: \udd1e',
])('the copy of %j is the same text', (text) => {
  expect(ownText(text)).toBe(text)
})
