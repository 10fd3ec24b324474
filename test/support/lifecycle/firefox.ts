/** Firefox by its own protocol, Marionette, which a WebDriver would speak to it. */
import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import { vi } from 'vitest'
import { createFirefoxProfile, endProcess, startProcess } from '../browsers/page-opener.js'
import { createCalls } from './calls.js'
import { HOST, type Window } from './window.js'

type Answer = readonly [
  type: 1,
  id: number,
  error: { readonly message: string } | null,
  result: unknown,
]

/** How long a browser may take to start, in ms. */
const STARTING = { timeout: 30_000, interval: 50 }

export async function openFirefox(program: string): Promise<Window> {
  const profile = await createFirefoxProfile({
    'marionette.port': 0,
    'network.dns.localDomains': HOST,
    // As its users have it, not as its testers like it.
    'remote.prefs.recommended': false,
  })
  const browser = startProcess(program, [
    '--headless',
    '--no-remote',
    '--marionette',
    '--remote-allow-system-access',
    '--profile',
    profile,
  ])
  const told = join(profile, 'MarionetteActivePort')
  await vi.waitUntil(() => existsSync(told), STARTING)
  const port = await vi.waitUntil(async () => Number(await readFile(told, 'utf8')), STARTING)

  const calls = createCalls('Firefox')
  const socket = createConnection(port, '127.0.0.1')
  socket.on('error', () => {}).on('close', () => calls.fail('ended'))
  let heard = Buffer.alloc(0)
  socket.on('data', (bytes) => {
    heard = Buffer.concat([heard, bytes])
    for (;;) {
      // Length, colon, JSON.
      const colon = heard.indexOf(':')
      const length = Number(heard.subarray(0, Math.max(0, colon)).toString())
      const end = colon + 1 + length
      if (colon < 0 || heard.length < end) return
      const said = JSON.parse(heard.subarray(colon + 1, end).toString()) as Answer | object
      heard = heard.subarray(end)
      if (!Array.isArray(said)) continue
      const [, id, error, result] = said as unknown as Answer
      calls.answer(id, error?.message, result)
    }
  })
  const send = <T>(name: string, parameters: object = {}) =>
    calls.call<T>(name, (id) => {
      const text = JSON.stringify([0, id, name, parameters])
      socket.write(`${Buffer.byteLength(text)}:${text}`)
    })
  const run = async <T>(script: string) => {
    const { value } = await send<{ value: T }>('WebDriver:ExecuteScript', { script, args: [] })
    return value
  }
  /** In the browser itself instead of the page. */
  const inBrowser = async (script: string) => {
    await send('Marionette:SetContext', { value: 'chrome' })
    await run(script)
    await send('Marionette:SetContext', { value: 'content' })
  }

  await send('WebDriver:NewSession', { capabilities: {} })
  const { value: page } = await send<{ value: string }>('WebDriver:GetWindowHandle')
  const { handle: other } = await send<{ handle: string }>('WebDriver:NewWindow', { type: 'tab' })
  const show = (handle: string) => send('WebDriver:SwitchToWindow', { handle, focus: true })
  await show(page)

  return {
    async open(url) {
      await send('WebDriver:Navigate', { url })
    },
    evaluate: (expression) => run(`return ${expression}`),
    async hide() {
      await show(other)
      await send('WebDriver:SwitchToWindow', { handle: page, focus: false })
    },
    async show() {
      await show(page)
    },
    goOffline: () => inBrowser('Services.io.offline = true'),
    goOnline: () => inBrowser('Services.io.offline = false'),
    async close() {
      await endProcess(browser)
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
