/** WebKitGTK by its WebDriver. */
import { vi } from 'vitest'
import { endProcess, startUnseen } from '../browsers/page-opener.js'
import { freePort } from '../free-port.js'
import type { Window } from './window.js'

export async function openWebKit(program: string): Promise<Window> {
  const port = await freePort()
  const driver = startUnseen('WebKitWebDriver', [`--port=${port}`])

  async function send<T>(method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    })
    const { value } = (await response.json()) as { value: T & { message?: string } }
    if (!response.ok) throw new Error(`WebKitGTK, ${path}: ${value.message}`)
    return value
  }

  const capabilities = {
    alwaysMatch: { 'webkitgtk:browserOptions': { binary: program, args: ['--automation'] } },
  }
  const { sessionId } = await vi.waitFor(
    () => send<{ sessionId: string }>('POST', '/session', { capabilities }),
    { timeout: 30_000, interval: 100 },
  )
  const session = `/session/${sessionId}`

  return {
    async open(url) {
      await send('POST', `${session}/url`, { url })
    },
    evaluate: (expression) =>
      send('POST', `${session}/execute/sync`, { script: `return ${expression}`, args: [] }),
    async hide() {
      await send('POST', `${session}/window/minimize`, {})
    },
    async show() {
      await send('POST', `${session}/window/rect`, { width: 800, height: 600 })
    },
    async close() {
      await endProcess(driver)
    },
  }
}
