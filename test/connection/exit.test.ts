/** A Node process ends by itself once its sources are closed, or watched by nobody: no timer, socket or listener holds it. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { openStream, serve } from '../support/http-server.js'

const root = join(import.meta.dirname, '../..')
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'exit-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs a program that knows `createSource` and `at(path)`; resolves with what it printed once it ended by itself. */
async function run(program: string, url: string): Promise<string> {
  const file = join(folder, `${Math.random()}.mjs`)
  await build({
    stdin: {
      contents: `import { createSource } from './src/index.ts'
        const at = (path) => process.argv[2] + path
        ${program}`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
    logLevel: 'silent',
  })
  const child = spawn(process.execPath, [file, url], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  for (const output of [child.stdout, child.stderr])
    output.setEncoding('utf8').on('data', (text: string) => {
      printed += text
    })
  const ending = await new Promise((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  )
  expect({ ending, printed }).toMatchObject({ ending: { code: 0, signal: null } })
  return printed
}

const programs: [when: string, printed: string, program: string][] = [
  [
    'after close() in a listener',
    'hello',
    `const source = createSource(at('/events'), { heartbeatTimeout: 60_000 })
     source.on('message', (data) => { console.log(data); source.close() })`,
  ],
  [
    'after close() while it waits for the headers',
    'connecting',
    `const close = () => { console.log(source.state.value.status); source.close() }
     const source = createSource(at('/silence'), {
       fetch(request) { setTimeout(close); return fetch(request) },
     })
     source.connect()`,
  ],
  [
    'after close() while it waits to reconnect',
    'waiting',
    `const source = createSource(at('/busy'))
     const close = () => { console.log(source.state.value.status); source.close() }
     source.on('error', () => setTimeout(close))`,
  ],
  [
    'after close() in the middle of a delivery that takes long',
    '50',
    `const source = createSource(at('/many'))
     source.on('message', (data) => {
       for (const end = performance.now() + 1; performance.now() < end; );
       if (data === '50') { console.log(data); source.close() }
     })`,
  ],
  [
    'after its signal aborted',
    'hello',
    `const ender = new AbortController()
     const source = createSource(at('/events'), { signal: ender.signal })
     source.on('message', (data) => { console.log(data); ender.abort() })`,
  ],
  [
    'after disconnect()',
    'hello',
    `const source = createSource(at('/events'))
     source.on('message', (data) => { console.log(data); source.disconnect() })`,
  ],
  [
    'after the loop over it was left',
    'hello',
    `for await (const { data } of createSource(at('/events'))) { console.log(data); break }`,
  ],
  [
    'once nobody watches it any more',
    'hello',
    `const source = createSource(at('/events'))
     const off = source.on('message', (data) => { console.log(data); off() })`,
  ],
  [
    'after the server said that there is nothing more',
    'closed',
    `const source = createSource(at('/nothing'))
     source.status.subscribe((status) => status === 'closed' && console.log(status))
     source.connect()`,
  ],
  [
    'where its signal was aborted before the start',
    'closed',
    `const source = createSource(at('/events'), { signal: AbortSignal.abort() })
     source.connect()
     console.log(source.state.value.status)`,
  ],
  [
    'where nobody ever watches it',
    'idle',
    `console.log(createSource(at('/events')).state.value.status)`,
  ],
]

test.each(programs)('a process ends %s', { timeout: 60_000 }, async (_, printed, program) => {
  const server = await serve(({ url }, response) => {
    if (url === '/events') {
      openStream(response)
      response.write('retry: 3600000\ndata: hello\n\n')
    } else if (url === '/many') {
      openStream(response)
      response.write(Array.from({ length: 100 }, (_, n) => `data: ${n + 1}\n\n`).join(''))
    } else if (url === '/busy') response.writeHead(503, { 'retry-after': '3600' }).end()
    else if (url === '/nothing') response.writeHead(204).end()
  })
  onTestFinished(server.close)
  expect(await run(program, server.url)).toBe(`${printed}\n`)
  await server.quiet()
})
