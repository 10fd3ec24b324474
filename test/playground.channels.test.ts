/** The page "Channels" as two people meet it: they chat, and the hub between them is put to the test. */
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createForgetfulLog } from '../playground/hub/log.js'
import { createVisitors } from '../playground/hub/visitors.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of a Chromium; '' where there is none. */
    chromium: string
  }
}

const executablePath = inject('chromium')
if (!executablePath) console.warn('\n!! No Chromium: the page "Channels" is NOT tested.\n')

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** For hooks: with an empty cache Vite prepares its dependencies first. */
const STARTING = 60_000

let server: ViteDevServer
let origin: string

beforeAll(async () => {
  server = await createServer({
    configFile: at('../vite.config.ts'),
    root: at('../playground'),
    // Not the cache of a dev server that may be running, or of another test.
    cacheDir: at('../node_modules/.vite/playground-channels-test'),
    logLevel: 'error',
    // A file that is saved during the test must not reload the page.
    server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
  })
  await server.listen()
  origin = new URL(server.resolvedUrls?.local[0] ?? '').origin
}, STARTING)

afterAll(() => server.close())

describe.skipIf(!executablePath)('two pages', { timeout: 40_000 }, () => {
  let browser: Browser
  let one: Page
  let other: Page
  const complaints: string[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
    one = await open()
    other = await open()
  }, STARTING)

  afterAll(() => browser?.close())

  async function open(): Promise<Page> {
    const page = await browser.newPage()
    page.setDefaultTimeout(30_000)
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      // What the browser itself says about a broken request is what the buttons are for.
      const expected = message.text().startsWith('Failed to load resource')
      if (['error', 'warning'].includes(message.type()) && !expected)
        complaints.push(message.text())
    })
    await page.goto(`${origin}/channels.html`)
    return page
  }

  const press = (page: Page, deed: string) => page.click(`[data-deed="${deed}"]`)

  async function say(page: Page, text: string) {
    await page.fill('#react input[name="text"]', text)
    await page.click('#react button:text-is("Send")')
  }

  const sees = (page: Page, text: string) => page.waitForSelector(`.chat li:has-text("${text}")`)

  const texts = (page: Page) => page.locator('.chat li span').allTextContents()

  const note = (page: Page, text: RegExp) =>
    page.locator('#react .note', { hasText: text }).waitFor()

  const channelIs = (page: Page, channel: string, status: string) =>
    page
      .locator('#connection .rows li', { has: page.getByText(channel, { exact: true }) })
      .locator('status-badge', { hasText: status })
      .waitFor()

  /** Waits for the next reading of the dashboard: the stream brings something. */
  async function isLive(page: Page) {
    const line = () => page.locator('#plain .line').getAttribute('d')
    const before = await line()
    await expect.poll(line, { timeout: 30_000 }).not.toBe(before)
  }

  const ownStreams = (page: Page, streams: number) =>
    page.locator('#server', { hasText: ` ${streams} of this page` }).waitFor()

  test('have one stream each, whatever the panels listen to', async () => {
    for (const page of [one, other]) {
      await isLive(page)
      await channelIs(page, 'chat/harbour', 'Live')
      await channelIs(page, 'presence/harbour', 'Live')
      await channelIs(page, 'notifications', 'Live')
      await ownStreams(page, 1)
    }
  })

  test('chat with each other, and nobody sees a message twice', async () => {
    await say(one, 'Is the lock open?')
    await sees(other, 'Is the lock open?')
    await say(other, 'It is.')
    await sees(one, 'It is.')
    for (const page of [one, other])
      expect(await texts(page)).toEqual(['Is the lock open?', 'It is.'])
  })

  test('see their own message once where it comes over the stream as well', async () => {
    await one.check('#react input[type="checkbox"]')
    await say(one, 'An echo')
    await sees(one, 'An echo')
    await sees(other, 'An echo')
    await say(other, 'No echo')
    await sees(one, 'No echo')
    expect((await texts(one)).filter((text) => text === 'An echo')).toHaveLength(1)
  })

  test('know of each other', async () => {
    for (const page of [one, other]) await page.locator('#present', { hasText: /^2$/ }).waitFor()
    const third = await open()
    await one.locator('#present', { hasText: /^3$/ }).waitFor()
    await third.close()
    await one.locator('#present', { hasText: /^2$/ }).waitFor()
  })

  test('lose nothing when a stream is dropped', async () => {
    await press(one, 'drop')
    await say(other, 'Said during the drop')
    await sees(one, 'Said during the drop')
    await isLive(one)
    expect(await texts(one)).toEqual(await texts(other))
    expect(await one.innerText('#react .note')).not.toContain('gap')
  })

  test('are told of a new hub, and load their history again', async () => {
    await one.click('#connection button:text-is("Disconnect")')
    await ownStreams(one, 0)
    await say(other, 'Said to the old hub')
    await sees(other, 'Said to the old hub')
    await press(other, 'restart')
    await note(other, /loaded again at .* \(gap: epoch\)/)
    await say(other, 'Said to the new hub')
    await one.click('#connection button:text-is("Connect")')
    await note(one, /loaded again at .* \(gap: epoch\)/)
    await sees(one, 'Said to the new hub')
    expect(await texts(one)).toEqual(await texts(other))
    await one.locator('[data-part="gap"]', { hasText: 'may be missing (epoch)' }).waitFor()
    await one.click('[data-part="acknowledge"]')
    await one.locator('[data-part="gap"]', { hasText: 'Nothing missed' }).waitFor()
  })

  test('load their history again where the log has forgotten it', async () => {
    await press(one, 'forget')
    await note(one, /\(gap: trimmed\)/)
    await sees(one, 'away')
    await sees(other, 'away')
    expect(await texts(one)).toEqual(await texts(other))
  })

  test('move to another hub without a gap when theirs is drained', async () => {
    const before = await one.innerText('#react .note')
    await press(one, 'drain')
    await say(other, 'Said during the drain')
    await sees(one, 'Said during the drain')
    await isLive(one)
    await isLive(other)
    expect(await texts(one)).toEqual(await texts(other))
    expect(await one.innerText('#react .note')).toBe(before)
  })

  test('ask for a new token once theirs has expired', async () => {
    await press(one, 'expire')
    await one.locator('#log li', { hasText: 'asks for a new one' }).waitFor()
    await isLive(one)
  })

  test('lose a channel with their role, and no other', async () => {
    await channelIs(one, 'notifications/captain', 'Denied')
    await channelIs(one, 'notifications/crew', 'Live')
    await press(one, 'revoke')
    await channelIs(one, 'notifications/crew', 'Denied')
    await channelIs(other, 'notifications/crew', 'Live')
    await channelIs(one, 'chat/harbour', 'Live')
    await isLive(one)
    await one.selectOption('#role', 'captain')
    await channelIs(one, 'notifications/captain', 'Live')
    await other.click('button:text-is("Notify captain")')
    await one.locator('.notices li', { hasText: 'calls for captain' }).waitFor()
    expect(await other.locator('.notices li', { hasText: 'calls for captain' }).count()).toBe(0)
  })

  test('watch an upload from the server’s side', async () => {
    await one.click('#vue button:text-is("Send 4 MB")')
    await one.locator('#upload', { hasText: /^[1-9]\d? % · \d\.\d MB of 4\.0 MB/ }).waitFor()
    await one.locator('#upload', { hasText: '100 % · 4.0 MB of 4.0 MB' }).waitFor()
    await one.locator('.notices li', { hasText: 'Your upload is here.' }).waitFor()
    await ownStreams(one, 1)
  })

  test('say so when an upload is cancelled', async () => {
    await one.click('#vue button:text-is("Send 4 MB")')
    await one.locator('#upload', { hasText: /^[1-9]\d? %/ }).waitFor()
    await one.click('#vue button:text-is("Cancel")')
    await one.locator('#upload', { hasText: 'Cancelled' }).waitFor()
    await one.locator('#vue button:text-is("Send 4 MB"):enabled').waitFor()
  })

  test('change rooms together with their panels', async () => {
    await one.selectOption('#react select', 'lighthouse')
    await channelIs(one, 'chat/lighthouse', 'Live')
    await one.locator('#present', { hasText: /^1$/ }).waitFor()
    await other.locator('#present', { hasText: /^1$/ }).waitFor()
    await ownStreams(one, 1)
  })

  test.each([1440, 820, 390, 320])('have no horizontal scroll at %i pixels', async (width) => {
    await one.setViewportSize({ width, height: 844 })
    expect(await one.evaluate(() => document.documentElement.scrollWidth)).toBe(width)
  })

  test('bring no error and no warning to the console', () => {
    expect(complaints).toEqual([])
  })
})

describe('the server beside the hub', () => {
  const post = (path: string, body: string, headers: Record<string, string> = {}) =>
    fetch(`${origin}/api/${path}`, {
      method: 'POST',
      body,
      headers: { 'x-visitor': 'careless', 'x-name': 'Tern', ...headers },
    })

  test.each([
    ['an unknown room', 'rooms/cellar', '{"text":"hi"}', 404],
    ['an empty message', 'rooms/lock', '{"text":" "}', 400],
    ['an unknown role', 'role', '{"role":"admiral"}', 400],
    ['an unknown deed', 'hub', '{"deed":"constructor"}', 400],
    ['another’s upload', 'uploads/somebody.1', 'x', 403],
  ])('refuses %s', async (_what, path, body, status) => {
    const response = await post(path, body)
    expect(response.status).toBe(status)
    expect(await response.json()).toHaveProperty('error')
  })

  test('refuses a malformed visitor', async () => {
    expect((await post('hub', '{}', { 'x-visitor': 'a b' })).status).toBe(400)
  })
})

describe('the log', () => {
  const entry = { channel: 'chat/lock', type: 'message', data: '{}' }
  const read = (log: ReturnType<typeof createForgetfulLog>, after: string) => log.read(after, 10)

  test('reads what follows an id', () => {
    const log = createForgetfulLog()
    const ids = [1, 2, 3].map(() => log.append(entry) as string)
    expect(read(log, ids[0] ?? '')).toMatchObject({
      entries: [{ id: ids[1] }, { id: ids[2] }],
      after: ids[0],
    })
  })

  test('tells of a gap only whom something is missing', () => {
    const log = createForgetfulLog()
    const [first, second] = [log.append(entry) as string, log.append(entry) as string]
    log.forget()
    expect(read(log, second)).toEqual({ entries: [], after: second })
    expect(read(log, first)).toMatchObject({ gap: 'trimmed', after: second })
    expect(read(log, `other.1`)).toMatchObject({ gap: 'epoch' })
    expect(read(log, second.replace('.2', '.9'))).toMatchObject({ gap: 'rewound' })
  })
})

describe('the visitors that the server remembers', () => {
  test('are forgotten after ten minutes without a stream', () => {
    let now = 0
    const visitors = createVisitors(() => now)
    const visitor = visitors.get('a', 'Tern')
    now += 10 * 60_000
    expect(visitors.get('a', 'Tern')).toBe(visitor)
    now += 10 * 60_000 + 1
    visitors.get('b', 'Heron')
    expect(visitors.get('a', 'Tern')).not.toBe(visitor)
  })
})
