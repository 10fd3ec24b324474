/** Chromium by its DevTools protocol over a pipe. Without a library between: those keep every page visible and out of the cache. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { CHROMIUM_FLAGS } from '../browsers/browser.js'
import { endProcess } from '../browsers/page-opener.js'
import { createCalls } from './calls.js'
import { HOST, type Window } from './window.js'

const FLAGS = [
  '--headless',
  ...CHROMIUM_FLAGS,
  '--remote-debugging-pipe',
  `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
]

interface Answer {
  readonly id?: number
  readonly result?: unknown
  readonly error?: { readonly message: string }
}

export async function openChromium(program: string): Promise<Window> {
  const profile = await mkdtemp(join(tmpdir(), 'chromium-'))
  const browser = spawn(program, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const [, , , orders, answers] = browser.stdio as unknown as [null, null, null, Writable, Readable]
  const calls = createCalls('Chromium')
  browser.once('exit', () => calls.fail('ended'))
  orders.on('error', () => {})
  let heard = ''
  answers.setEncoding('utf8').on('data', (text: string) => {
    const lines = `${heard}${text}`.split('\0')
    heard = lines.pop() ?? ''
    for (const line of lines) {
      const { id, result, error } = JSON.parse(line) as Answer
      if (id !== undefined) calls.answer(id, error?.message, result)
    }
  })
  let session: string | undefined
  const send = <T>(method: string, params: object = {}) =>
    calls.call<T>(method, (id) =>
      orders.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`),
    )

  const { targetInfos } = await send<{ targetInfos: { type: string; targetId: string }[] }>(
    'Target.getTargets',
  )
  const targetId = targetInfos.find(({ type }) => type === 'page')?.targetId
  const attached = await send<{ sessionId: string }>('Target.attachToTarget', {
    targetId,
    flatten: true,
  })
  const { windowId } = await send<{ windowId: number }>('Browser.getWindowForTarget', { targetId })
  session = attached.sessionId
  await send('Page.enable')
  await send('Network.enable')

  const lifecycle = (state: 'frozen' | 'active') => send('Page.setWebLifecycleState', { state })
  const network = (offline: boolean) =>
    send('Network.emulateNetworkConditions', {
      offline,
      latency: 0,
      downloadThroughput: -1,
      uploadThroughput: -1,
    })
  const shape = (windowState: string) =>
    send('Browser.setWindowBounds', { windowId, bounds: { windowState } })

  return {
    async open(url) {
      await send('Page.navigate', { url })
    },
    async evaluate<T>(expression: string) {
      const { result, exceptionDetails } = await send<{
        result: { value: T }
        exceptionDetails?: { text: string }
      }>('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })
      if (exceptionDetails) throw new Error(`${expression}: ${exceptionDetails.text}`)
      return result.value
    },
    async hide() {
      await shape('minimized')
    },
    async show() {
      await shape('normal')
    },
    async freeze() {
      await lifecycle('frozen')
    },
    async thaw() {
      await lifecycle('active')
    },
    async goOffline() {
      await network(true)
    },
    async goOnline() {
      await network(false)
    },
    async close() {
      await endProcess(browser)
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
