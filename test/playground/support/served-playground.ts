/** The playground on a server of its own, and people who visit it. */
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright'
import { createServer } from 'vite'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** For hooks: with an empty cache Vite prepares its dependencies first. */
export const STARTING = 90_000
/** For tests that wait for what a server or a person takes time for. */
export const PATIENT = 60_000

export interface ServedPlayground {
  readonly origin: string
  close(): Promise<void>
}

/** `name` keeps its cache apart from that of other tests, and of a dev server that may be running. */
export async function servePlayground(name: string): Promise<ServedPlayground> {
  const server = await createServer({
    configFile: at('../../../vite.config.ts'),
    root: at('../../../playground'),
    cacheDir: at(`../../../node_modules/.vite/playground-${name}`),
    logLevel: 'error',
    // A file that is saved during the test must not reload the page.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  return {
    origin: new URL(server.resolvedUrls?.local[0] ?? '').origin,
    close: () => server.close(),
  }
}

/** A person with a window of the playground. */
export interface Person {
  readonly page: Page
  /** What the browser complained about that nobody broke. */
  readonly complaints: readonly string[]
  /** The streams that the server has open for this window. */
  streams(): Promise<number>
  /** Opens a demo. */
  show(demo: string): Promise<void>
  /** Presses a button of the drawer, as soon as it can act. */
  break(fault: string): Promise<void>
  /** What the drawer says in the end. */
  outcome(): Promise<string>
  /** Waits for the light of the machine. */
  sees(status: string): Promise<void>
  leave(): Promise<void>
}

export function launchBrowser(executablePath: string): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--disable-background-networking',
  ]
  return chromium.launch({ executablePath, args })
}

export async function visit(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Person> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENT / 2)
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // What the browser itself says about a broken request is what the buttons are for.
    const isExpected = message.text().startsWith('Failed to load resource')
    if (['error', 'warning'].includes(message.type()) && !isExpected)
      complaints.push(message.text())
  })
  const opened = page.waitForRequest((request) => request.url() === `${origin}/_sse`)
  await page.goto(origin)
  const id = (await opened).headers()['x-client'] ?? ''
  const machine = (status: string) => page.locator(`.node[data-node="${status}"][data-lit]`)
  await machine('open').waitFor()

  return {
    page,
    complaints,
    async streams() {
      const response = await fetch(`${origin}/api/status`, { headers: { 'x-client': id } })
      const status = (await response.json()) as { streams: number }
      return status.streams
    },
    show: (demo) => page.click(`[data-tab="${demo}"]`),
    // Playwright waits for what is disabled, by `aria-disabled` too.
    break: (fault) => page.click(`[data-fault="${fault}"]`),
    async outcome() {
      await page.locator('.happened[data-over]').waitFor()
      return page.innerText('.happened')
    },
    sees: (status) => machine(status).waitFor(),
    leave: () => context.close(),
  }
}
