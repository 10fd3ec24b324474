/** A hub in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'
import type { Order, Report, Told } from './hub-orders.js'

export interface HubProcess {
  readonly port: number
  readonly pid: number
  load(every?: number): void
  /** Resolves when no stream is left. */
  drain(over: number): Promise<void>
  report(): Promise<Report>
  /** SIGKILL: nothing is said any more. Resolves when it is dead. */
  kill(): Promise<void>
}

let program: Promise<string> | undefined

/** Bundled once for a test file. */
async function bundle(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewire-'))
  process.once('exit', () => void rm(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'hub.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, 'hub-program.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  })
  return outfile
}

/** Killed when the test ends, if it is still there. */
export async function startHub(): Promise<HubProcess> {
  program ??= bundle()
  const child = fork(await program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const { port } = await next(child, 'listening')
  const order = (order: Order) => void child.send(order)
  return {
    port,
    pid: child.pid as number,
    load: (every) => order({ type: 'load', every }),
    drain(over) {
      order({ type: 'drain', over })
      return next(child, 'drained').then(() => {})
    },
    report() {
      order({ type: 'report' })
      return next(child, 'report').then(({ report }) => report)
    },
    kill() {
      const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      return dead
    },
  }
}

function next<T extends Told['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<Told, { type: T }>> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`The hub's process died before it said "${type}".`))
    const heard = (told: Told) => {
      if (told.type !== type) return
      child.off('message', heard)
      child.off('exit', died)
      resolve(told as Extract<Told, { type: T }>)
    }
    child.on('message', heard)
    child.once('exit', died)
  })
}
