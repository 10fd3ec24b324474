/** The playground as a person meets it: every way to break the connection, and what the three panels make of it. */
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { answer } from '../playground/endpoint/answer.js'
import { createPages } from '../playground/endpoint/pages.js'
import { count, nothing } from '../playground/tally.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Chromium; '' where there is none. */
    chromium: string
  }
}

const executablePath = inject('chromium')
if (!executablePath) console.warn('\n!! No Chromium: the page of the playground is NOT tested.\n')

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const PANELS = { TypeScript: '#plain', React: '#react', Vue: '#vue' }
const PANEL_NAMES = Object.keys(PANELS)
/** For hooks: with an empty cache Vite prepares its dependencies first. */
const STARTING = 60_000

let server: ViteDevServer
let origin: string

beforeAll(async () => {
  server = await createServer({
    configFile: at('../vite.config.ts'),
    root: at('../playground'),
    // Not the cache of a dev server that may be running.
    cacheDir: at('../node_modules/.vite/playground-test'),
    logLevel: 'error',
    // A file that is saved during the test must not reload the page.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  origin = new URL(server.resolvedUrls?.local[0] ?? '').origin
}, STARTING)

afterAll(() => server.close())

describe.skipIf(!executablePath)('the page', { timeout: 40_000 }, () => {
  let browser: Browser
  let page: Page
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    page = await browser.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // What the browser itself says about a broken request is what the buttons are for.
      const expected = message.text().startsWith('Failed to load resource')
      if (['error', 'warning'].includes(message.type()) && !expected)
        complaints.push(message.text())
    })
    await page.goto(origin)
  }, STARTING)

  afterAll(() => browser?.close())

  const press = (fault: string) => page.click(`[data-fault="${fault}"]`)

  /** Waits until every panel has a row with this sign, newer than the last thing the person did. */
  const everyPanelIs = (status: string) =>
    page.waitForFunction(
      ([status, names]) => {
        const rows = [...document.querySelectorAll('#log li')]
        const deed = rows.findIndex((row) => row.querySelector('.who')?.textContent === 'You')
        const since = rows.slice(0, deed < 0 ? rows.length : deed)
        return names.every((name) => {
          const [newest] = since.filter((row) => row.querySelector('.who')?.textContent === name)
          return newest?.querySelector('status-badge')?.getAttribute('data-status') === status
        })
      },
      [status, PANEL_NAMES] as const,
    )

  /** What the log says since the last thing the person did. */
  const happened = async () => (await page.innerText('#log')).split(/^You$/m)[0] ?? ''

  const tallies = () =>
    page.$$eval('.tally', (all) =>
      all.map((tally) => tally.textContent?.match(/\d+/g)?.map(Number)),
    )

  /** Waits until every panel has got another message, then looks at what was lost and what came twice. */
  const expectLossless = async () => {
    const before = (await tallies()).map((tally) => tally?.[0] ?? 0)
    await page.waitForFunction((before) => {
      const now = [...document.querySelectorAll('.tally b:first-child')]
      return now.every((received, index) => Number(received.textContent) > (before[index] ?? 0))
    }, before)
    const after = await tallies()
    expect(after).toHaveLength(PANEL_NAMES.length)
    for (const tally of after) expect(tally?.slice(1)).toEqual([0, 0])
  }

  const serverCounts = (streams: number) =>
    page.waitForFunction(
      (streams) =>
        document.querySelector('#server')?.textContent?.startsWith(`Server: ${streams} `),
      streams,
    )

  test('opens one stream a panel, however many components use it', async () => {
    await everyPanelIs('open')
    await expectLossless()
    await serverCounts(3)
  })

  test.each([
    ['drop', /network · /],
    ['cut', /network · /],
    ['stall', /silence · /],
    ['busy', /(status 503 · [\s\S]*){6}/],
    ['expire', /Token\s+asks for a new one/],
    ['portal', /content-type 200 · /],
  ])('recovers from "%s" and loses nothing', async (fault, trace) => {
    await press(fault)
    await everyPanelIs('open')
    await expectLossless()
    expect(await happened()).toMatch(trace)
  })

  test('stays closed after a 204, until somebody connects again', async () => {
    await press('finish')
    await everyPanelIs('closed')
    await serverCounts(0)
    for (const panel of Object.values(PANELS))
      await page.click(`${panel} button:text-is("Connect")`)
    await everyPanelIs('open')
    await expectLossless()
  })

  test('pauses and resumes, and gets what it missed', async () => {
    for (const panel of Object.values(PANELS))
      await page.click(`${panel} button:text-is("Disconnect")`)
    await everyPanelIs('paused')
    await serverCounts(0)
    for (const panel of Object.values(PANELS))
      await page.click(`${panel} button:text-is("Reconnect")`)
    await everyPanelIs('open')
    await expectLossless()
  })

  test('makes a new source after the final close', async () => {
    await page.click('#plain button:text-is("Close")')
    await page.click('#plain button:text-is("Renew")')
    await everyPanelIs('open')
    await expectLossless()
    await serverCounts(3)
  })

  test('streams an answer token by token, across a broken connection', async () => {
    const prompt = 'What do the raw bytes look like?'
    await page.fill('#answer input', prompt)
    await page.click('#answer button:text-is("Ask")')
    await page.waitForFunction(() =>
      document.querySelector('output')?.textContent?.includes('browser'),
    )
    await press('drop')
    await page.waitForSelector('#answer status-badge[data-status="waiting"]')
    await page.waitForSelector('#answer status-badge[data-status="closed"]')
    expect(await page.textContent('output')).toBe(answer(prompt).join(''))
  })

  test('ends the answer on the server when the reader stops', async () => {
    await page.click('#answer button:text-is("Ask")')
    await serverCounts(4)
    await page.click('#answer button:text-is("Stop")')
    await page.waitForSelector('#answer status-badge[data-status="closed"]')
    await serverCounts(3)
  })

  test.each([1440, 820, 390, 320])('has no horizontal scroll at %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 844 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  test('brings no error and no warning to the console', () => {
    expect(complaints).toEqual([])
  })
})

describe('the endpoint', () => {
  const post = (path: string, body: string, client: string) =>
    fetch(`${origin}/api/${path}`, { method: 'POST', body, headers: { 'x-client': client } })
  const listen = (client: string, init: RequestInit = {}) =>
    fetch(`${origin}/api/events/test`, {
      ...init,
      headers: { 'x-client': client, ...init.headers },
    })
  const opened = async (client: string) =>
    (await fetch(`${origin}/api/status`, { headers: { 'x-client': client } })).json()

  test('breaks the streams of the page that asked, and nobody else’s', async () => {
    const mine = await listen('mine')
    const other = await listen('other')
    await post('break', '{"fault":"busy"}', 'mine')
    await mine.text()
    expect((await listen('mine')).status).toBe(503)
    expect(await opened('other')).toEqual({ streams: 1, opened: 1 })
    await other.body?.cancel()
  })

  test('goes on after the last event ID', async () => {
    const first = await listen('resume')
    const id = await firstId(first)
    const second = await listen('resume', { headers: { 'last-event-id': id } })
    const [run, position] = id.split('.')
    expect(await firstId(second)).toBe(`${run}.${Number(position) + 1}`)
  })

  test.each([
    ['no JSON', 'break', 'nonsense', 400],
    ['no object', 'break', 'null', 400],
    ['an unknown fault', 'break', '{"fault":"constructor"}', 400],
    ['a body that is too large', 'break', `"${'x'.repeat(5000)}"`, 413],
    ['an empty prompt', 'answer', '{"prompt":""}', 400],
    ['a prompt that is no text', 'answer', '{"prompt":7}', 400],
    ['an unknown path', 'nowhere', '{}', 404],
  ])('refuses %s', async (_what, path, body, status) => {
    const response = await post(path, body, 'careless')
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error')
  })

  test('refuses a malformed client', async () => {
    expect((await post('break', '{"fault":"drop"}', 'a b')).status).toBe(400)
  })
})

describe('the pages that the endpoint remembers', () => {
  test('are forgotten after ten minutes without a stream', () => {
    let now = 0
    const pages = createPages(() => now)
    const page = pages.get('a')
    now += 5 * 60_000
    expect(pages.get('a')).toBe(page)
    now += 10 * 60_000 + 1
    pages.get('b')
    expect(pages.get('a')).not.toBe(page)
  })

  test('are limited in number', () => {
    const pages = createPages()
    for (let page = 0; page < 200; page += 1) pages.get(String(page))
    expect(() => pages.get('one more')).toThrow('malformed')
    expect(() => pages.get('one-more')).toThrow('Too many')
    expect(pages.get('7')).toBeDefined()
  })
})

describe('the tally', () => {
  const tally = (...ids: string[]) => {
    const { received, lost, doubled } = ids.map((id) => ({ id })).reduce(count, nothing)
    return { received, lost, doubled }
  }

  test.each([
    [['a.7', 'a.8', 'a.9'], { received: 3, lost: 0, doubled: 0 }],
    [['a.7', 'a.10'], { received: 2, lost: 2, doubled: 0 }],
    [['a.7', 'a.8', 'a.7', 'a.8', 'a.9'], { received: 5, lost: 0, doubled: 2 }],
    [['a.7', 'b.1', 'b.2'], { received: 3, lost: 0, doubled: 0 }],
  ])('of %j is %o', (ids, expected) => {
    expect(tally(...ids)).toEqual(expected)
  })
})

/** The id of the first event in the body, which is then cancelled. */
async function firstId({ body }: Response): Promise<string> {
  const decoder = new TextDecoder()
  const reader = body!.getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    text += decoder.decode(value, { stream: true })
    const id = /^id: (.+)$/m.exec(text)?.[1]
    if (id || done) {
      await reader.cancel()
      return id ?? ''
    }
  }
}
