/** The server of the page and of its streams, and a browser for each contest. */
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { BenchContext } from '../support/bench.js'
import { bundle } from '../support/bundle.js'
import { openPage } from '../support/chromium.js'
import type { Outcomes } from './page.js'
import { fewEvents, smallEvents } from './stream.js'

export interface Arena {
  /** Runs one contest in a browser of its own. Rejects where the page fails or takes too long. */
  run<K extends keyof Outcomes>(contest: K, contestant?: string): Promise<Outcomes[K]>
  close(): Promise<void>
}

/** So many ms a contest may take, compilation and warm-up included. */
const PATIENCE = 180_000

/** Cross-origin isolated: else clocks are coarse, and memory cannot be measured. */
const ISOLATED = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

export async function openArena(
  chromium: string,
  { root, scratch }: Pick<BenchContext, 'root' | 'scratch'>,
): Promise<Arena> {
  const outfile = join(scratch, 'page.js')
  await bundle(join(root, 'test/bench/browser/page.ts'), {
    root,
    outfile,
    platform: 'browser',
    esbuild: { minify: true },
  })
  const page = await readFile(outfile)
  const streams: Readonly<Record<string, Buffer>> = { small: smallEvents(), few: fewEvents() }
  /** The contest under way. */
  let settle = (_outcome: unknown) => {}
  let fail = (_reason: string) => {}

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const { pathname } = new URL(request.url ?? '', 'http://localhost')
    const stream = streams[pathname.replace('/events/', '')]
    const send = (type: string, body: string | Buffer) =>
      response.writeHead(200, { ...ISOLATED, 'content-type': type }).end(body)
    if (stream) send('text/event-stream', stream)
    else if (pathname === '/')
      send('text/html', '<!doctype html><body><script src="/page.js"></script>')
    else if (pathname === '/page.js') send('text/javascript', page)
    else if (request.method === 'POST') {
      const said: unknown = JSON.parse(await text(request))
      response.writeHead(204).end()
      if (pathname === '/done') settle(said)
      else fail(String(said))
    } else response.writeHead(404).end()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch((error) => fail(String(error)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    async run(contest, contestant = '') {
      const query = new URLSearchParams({ contest, contestant })
      let patience: ReturnType<typeof setTimeout> | undefined
      const outcome = new Promise<unknown>((resolve, reject) => {
        settle = resolve
        fail = (reason) => reject(new Error(`${contest} ${contestant}: ${reason}`))
        patience = setTimeout(fail, PATIENCE, `no result after ${PATIENCE / 1000} s.`)
      })
      const close = await openPage(chromium, `http://127.0.0.1:${port}/?${query}`, {
        scratch,
        gone: (reason) => fail(reason),
      })
      try {
        return (await outcome) as Outcomes[typeof contest]
      } finally {
        clearTimeout(patience)
        await close()
      }
    },
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
