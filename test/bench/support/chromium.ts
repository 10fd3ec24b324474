/** A Chromium with nothing attached to it: a DevTools session makes its EventSource 7 to 9 times slower. */
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CHROMIUM_FLAGS, cureFor, programOf } from '../../support/browsers/browser.js'

const FLAGS = [
  '--headless',
  ...CHROMIUM_FLAGS,
  '--disable-renderer-backgrounding',
  '--disable-background-timer-throttling',
  // Memory is measured when it is asked for, not with some collection to come.
  '--enable-blink-features=ForceEagerMeasureMemory',
  '--js-flags=--expose-gc --no-flush-bytecode',
]

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Throws where there is none. */
export function findChromium(): string {
  const found = programOf('chromium')
  if (found) return found
  throw new Error(cureFor('chromium'))
}

export async function versionOf(chromium: string): Promise<string> {
  const { stdout } = await promisify(execFile)(chromium, ['--version'])
  return /\d+(\.\d+)+/.exec(stdout)?.[0] ?? stdout.trim()
}

/** Opens one page in a browser of its own, with a profile of its own. Gives what ends it. */
export async function openPage(
  chromium: string,
  url: string,
  { scratch, gone }: { scratch: string; gone(reason: string): void },
): Promise<() => Promise<void>> {
  const profile = await mkdtemp(join(scratch, 'profile-'))
  // A group of its own, so that its helpers end with it.
  const browser = spawn(chromium, [...FLAGS, `--user-data-dir=${profile}`, url], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  browser.stderr.on('data', (text) => {
    said = `${said}${text}`.slice(-2000)
  })
  const exited = new Promise<void>((resolve) => {
    browser.once('error', (error) => {
      gone(error.message)
      resolve()
    })
    browser.once('exit', (code, signal) => {
      gone(`Chromium ended with ${signal ?? code}: ${said}`)
      resolve()
    })
  })
  const kill = () => {
    if (browser.pid && browser.exitCode === null && browser.signalCode === null)
      process.kill(-browser.pid, 'SIGKILL')
  }
  // In a group of its own it would outlive a bench that was interrupted.
  const interrupted = () => process.exit(1)
  process.once('exit', kill)
  for (const signal of SIGNALS) process.once(signal, interrupted)
  return async () => {
    kill()
    await exited
    process.off('exit', kill)
    for (const signal of SIGNALS) process.off(signal, interrupted)
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}
