/**
 * A browser provider that opens Vitest's page and does nothing else: no automation protocol, so no clicks, no screenshots, no
 * control of the page's life. Tests that need none of them run in every engine.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineBrowserProvider } from '@vitest/browser'

/** Starts a browser's program on an address; resolves with what ends it. */
export type Launch = (program: string, url: string) => Promise<() => Promise<void>>

export function pageOpener(name: string, program: string, launch: Launch) {
  return defineBrowserProvider({
    name: 'page-opener',
    options: {},
    // Vitest's types know its own providers only.
    supportedBrowser: [name] as never,
    providerFactory() {
      const ends: (() => Promise<void>)[] = []
      return {
        name: 'page-opener',
        supportsParallelism: false,
        initScripts: [],
        getCommandsContext: () => ({}),
        async openPage(_session, url) {
          ends.push(await launch(program, url))
        },
        async close() {
          await Promise.all(ends.map((end) => end()))
        },
      }
    },
  })
}

/** Without these Firefox shows pages of its own and asks servers of its maker. */
const PREFERENCES = {
  'app.update.enabled': false,
  'browser.aboutwelcome.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.homepage_override.mstone': 'ignore',
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'termsofuse.bypassNotification': true,
}

export const launchFirefox: Launch = async (program, url) => {
  const profile = await createFirefoxProfile()
  const browser = startProcess(program, ['--headless', '--no-remote', '--profile', profile, url])
  return async () => {
    await endProcess(browser)
    await rm(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** A folder with nothing but preferences. */
export async function createFirefoxProfile(preferences: object = {}): Promise<string> {
  const profile = await mkdtemp(join(tmpdir(), 'firefox-'))
  const lines = Object.entries({ ...PREFERENCES, ...preferences }).map(
    ([key, value]) => `user_pref(${JSON.stringify(key)}, ${JSON.stringify(value)});`,
  )
  await writeFile(join(profile, 'user.js'), lines.join('\n'))
  return profile
}

/** A program on a screen that nobody sees, for an engine that has no headless mode. */
export function startUnseen(program: string, args: readonly string[]): ChildProcess {
  // Its sandbox and its compositor need what a container has not.
  return startProcess('xvfb-run', ['-a', '-s', '-screen 0 1280x800x24', program, ...args], {
    WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
    WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    LIBGL_ALWAYS_SOFTWARE: '1',
  })
}

export const launchWebKit: Launch = async (program, url) => {
  const browser = startUnseen(program, [url])
  return () => endProcess(browser)
}

/** In a process group of its own, so that its children end with it. */
export function startProcess(
  program: string,
  args: string[],
  environment: Record<string, string> = {},
) {
  const env = { ...process.env, ...environment }
  return spawn(program, args, { stdio: 'ignore', detached: true, env })
}

/** With all that it started. */
export function endProcess(browser: ChildProcess): Promise<void> {
  const { pid, exitCode, signalCode } = browser
  if (pid === undefined || exitCode !== null || signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    browser.once('exit', () => resolve())
    process.kill(-pid, 'SIGKILL')
  })
}
