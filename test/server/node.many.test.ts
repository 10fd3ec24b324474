/** Ten thousand idle streams in one process: it keeps them, reaches them all, and lets go of each within a second of its end. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'

const MANY = 10_000
const root = join(import.meta.dirname, '../..')

/** Each process has a file for each stream, and some of its own. */
const LIMIT = `ulimit -n ${MANY + 500}`
const isAllowed = spawnSync('sh', ['-c', LIMIT]).status === 0
if (!isAllowed) {
  const why = `A process may not open ${MANY + 500} files here: raise the hard limit (ulimit -Hn).`
  if (process.env.CI) throw new Error(why)
  console.warn(`\n!! THE TEST OF ${MANY} STREAMS IS SKIPPED. ${why}\n`)
}

const server = `
  import { createServer } from 'node:http'
  import { createHub } from './src/server/index.ts'
  import { toNodeHandler } from './src/server/node.ts'
  const closed = []
  const hub = createHub({
    onDiagnostic: ({ type, conn, why, at }) => type === 'closed' && closed.push([conn, at, why]),
  })
  hub.channel('prices')
  /** When the process saw each connection end, whoever listens: a busy machine may be late itself. */
  const seen = []
  const server = createServer(toNodeHandler(hub))
  server.on('connection', (socket) => socket.on('close', () => seen.push(Date.now())))
  const heap = () => { gc(); return process.memoryUsage().heapUsed }
  const answers = {
    listen: () => new Promise((resolve) => server.listen(0, '127.0.0.1', 8192, () => resolve(server.address().port))),
    heap,
    count: () => [hub.connectionCount, hub.subscriberCount('prices'), hub.activeChannels.length],
    send: () => hub.to('prices').send('price', 41),
    closed: () => closed,
    seen: () => seen,
    sockets: () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length,
  }
  process.on('message', async (name) => process.send(await answers[name]()))
`

const client = `
  import { connect } from 'node:net'
  const streams = []
  let told = 0
  const open = (port) => new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /?channel=prices HTTP/1.1\\r\\nhost: a\\r\\naccept: text/event-stream\\r\\n\\r\\n'))
    let conn
    socket.on('error', reject)
    socket.on('data', (bytes) => {
      const text = bytes.toString()
      if (text.includes('"e":"price"')) told++
      if (conn) return
      conn = /"conn":"([^"]+)"/.exec(text)?.[1]
      if (conn) resolve({ socket, conn })
    })
  })
  const answers = {
    async open({ port, count }) {
      while (streams.length < count)
        streams.push(...await Promise.all(Array.from({ length: 100 }, () => open(port))))
      return streams.length
    },
    told: () => told,
    leave({ count }) {
      const leaving = streams.splice(0, count)
      const at = Date.now()
      for (const { socket } of leaving) socket.destroy()
      return leaving.map(({ conn }) => [conn, at])
    },
  }
  process.on('message', async ({ name, ...given }) => process.send(await answers[name](given)))
`

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'many-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A program in a process of its own: what it is sent, it answers. */
async function start(program: string): Promise<(message: unknown) => Promise<unknown>> {
  const file = join(folder, `${Math.random()}.mjs`)
  await build({
    stdin: { contents: program, resolveDir: root },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: file,
    logLevel: 'silent',
  })
  const command = `${LIMIT} && exec "$0" --expose-gc "$1"`
  const child: ChildProcess = spawn('sh', ['-c', command, process.execPath, file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return (message) =>
    new Promise((resolve, reject) => {
      const died = () => reject(new Error('The process ended.'))
      child.once('exit', died)
      child.once('message', (answer) => {
        child.off('exit', died)
        resolve(answer)
      })
      child.send(message as string)
    })
}

describe.skipIf(!isAllowed)('a hub with 10,000 streams', () => {
  test('keeps them, reaches them, and lets go of each within a second', {
    timeout: 120_000,
  }, async () => {
    const askServer = await start(server)
    const askClient = await start(client)
    const port = await askServer('listen')
    const heap = { before: Number(await askServer('heap')), open: 0, after: 0 }

    expect(await askClient({ name: 'open', port, count: MANY })).toBe(MANY)
    expect(await askServer('count')).toEqual([MANY, MANY, 1])
    heap.open = Number(await askServer('heap'))
    await askServer('send')
    await expect.poll(() => askClient({ name: 'told' }), { timeout: 20_000 }).toBe(MANY)

    const ended: [string, number][] = []
    for (let left = MANY; left > 0; left -= 250) {
      ended.push(...((await askClient({ name: 'leave', count: 250 })) as [string, number][]))
      await expect
        .poll(() => askServer('count'), { interval: 5, timeout: 10_000 })
        .toEqual([left - 250, left - 250, left > 250 ? 1 : 0])
    }
    const closed = (await askServer('closed')) as [string, number, string][]
    const closedAt = new Map(closed.map(([conn, at]) => [conn, at]))
    expect(new Set(closed.map(([, , why]) => why))).toEqual(new Set(['left']))
    expect(closedAt.size).toBe(MANY)
    // Both in the order of their time: as many have ended at each moment as the process has seen end, give or take a second.
    const seen = (await askServer('seen')) as number[]
    const late = closed.map(([, at], n) => at - (seen[n] ?? 0))
    expect(seen).toHaveLength(MANY)
    expect(Math.max(...late)).toBeLessThan(1000)
    const waits = ended.map(([conn, at]) => (closedAt.get(conn) ?? Number.POSITIVE_INFINITY) - at)
    expect(Math.max(...waits)).toBeLessThan(Number.POSITIVE_INFINITY)

    expect(await askServer('sockets')).toBe(0)
    heap.after = Number(await askServer('heap'))
    expect(heap.after - heap.before).toBeLessThan((heap.open - heap.before) / 10)
    const kib = Math.round((heap.open - heap.before) / MANY / 1024)
    console.info(`${MANY} streams: ${kib} KiB of heap each, let go within ${Math.max(...waits)} ms`)
  })
})
