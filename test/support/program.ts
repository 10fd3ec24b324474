/** A program of the tests in a process of its own, which is told what to do by messages and answers by messages. */
import { fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { onTestFinished } from 'vitest'

export interface Program<Order, Told extends { readonly type: string }> {
  order(order: Order): void
  /** Resolves with the next message of a type; rejects where the process ends before it. */
  next<T extends Told['type']>(type: T): Promise<Extract<Told, { type: T }>>
  /** SIGKILL: nothing is said any more. Resolves when it is dead. */
  kill(): Promise<void>
}

/** Each is bundled once for a test file. */
const bundles = new Map<string, Promise<string>>()

async function bundle(file: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tidewire-'))
  process.once('exit', () => void rm(folder, { recursive: true, force: true }))
  const outfile = join(folder, 'program.mjs')
  await build({
    entryPoints: [join(import.meta.dirname, file)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
  })
  return outfile
}

/** `file`: in this folder. Killed when the test ends, if it is still there. */
export async function startProgram<Order, Told extends { readonly type: string }>(
  file: string,
): Promise<Program<Order, Told>> {
  const bundled = bundles.get(file) ?? bundle(file)
  bundles.set(file, bundled)
  const child = fork(await bundled, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  onTestFinished(() => void child.kill('SIGKILL'))

  return {
    order: (order) => void child.send(order as object),
    next: (type) =>
      new Promise((resolve, reject) => {
        const died = () => reject(new Error(`${file} died before it said "${type}".`))
        const heard = (told: Told) => {
          if (told.type !== type) return
          child.off('message', heard)
          child.off('exit', died)
          resolve(told as Extract<Told, { type: typeof type }>)
        }
        child.on('message', heard)
        child.once('exit', died)
      }),
    kill() {
      const dead = new Promise<void>((resolve) => child.once('exit', () => resolve()))
      child.kill('SIGKILL')
      return dead
    },
  }
}
