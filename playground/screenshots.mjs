/** `npm run screenshots`: starts the playground, uses it as two people would, and writes what they see to docs/images. */
import { existsSync } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { createServer } from 'vite'

const at = (path) => fileURLToPath(new URL(path, import.meta.url))
const IMAGES = at('../docs/images')
/** Bytes; a README has to load. */
const LARGEST = 200 * 1024
const DESKTOP = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

const places = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executablePath = places.find((path) => path && existsSync(path))
if (!executablePath) throw new Error('No Chromium found: set CHROMIUM to the path of one.')

const server = await createServer({
  configFile: at('../vite.config.ts'),
  root: at('.'),
  cacheDir: at('../node_modules/.vite/playground-screenshots'),
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0, hmr: false, watch: null },
})
await server.listen()
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
})

try {
  await mkdir(IMAGES, { recursive: true })
  await photograph()
} finally {
  await browser.close()
  await server.close()
}

async function photograph() {
  const light = await visit({ viewport: DESKTOP, colorScheme: 'light' })
  const dark = await visit({ viewport: DESKTOP, colorScheme: 'dark' })
  const phone = await visit({ viewport: PHONE, colorScheme: 'light', deviceScaleFactor: 2 })

  await say(light, 'React', 'Is the lock open?')
  await say(dark, 'Vue', 'It is. Come in with the tide.')
  await say(light, 'TypeScript', 'On my way.')
  await say(dark, 'React', 'Mind the ferry!')
  await pause(4000)

  // The connection broke, and all is well again.
  await press(light, 'drop')
  await pause(5000)
  await press(light, 'stall')
  await light.locator('.happened[data-over]').waitFor()
  await pause(1500)
  await shoot(light, 'playground-light')

  // In the middle of it.
  await press(dark, 'busy')
  await dark.locator('.node[data-node="waiting"][data-lit]').waitFor()
  await pause(2500)
  await dark.locator('.node[data-node="waiting"][data-lit]').waitFor()
  await shoot(dark, 'playground-dark')
  await dark.locator('.happened[data-over]').waitFor()

  await dark.getByRole('radio', { name: '100', exact: true }).check({ force: true })
  await dark.click('[data-tab="dashboard"]')
  await pause(30_000)
  await shoot(dark, 'dashboard-dark')

  await phone.click('#bottom [data-section="break"]')
  await press(phone, 'busy')
  await phone.locator('.node[data-node="waiting"][data-lit]').waitFor()
  await pause(1500)
  await shoot(phone, 'phone-light')
}

async function visit(options) {
  const page = await (await browser.newContext(options)).newPage()
  await page.goto(server.resolvedUrls.local[0])
  await page.locator('.node[data-node="open"][data-lit]').waitFor()
  return page
}

async function say(page, view, text) {
  const composer = page.locator(`[data-view="${view}"] .composer`)
  await composer.locator('input').fill(text)
  await composer.locator('button').click()
  await page.locator(`[data-view="${view}"] li`, { hasText: text }).waitFor()
}

async function press(page, fault) {
  await page.click(`[data-fault="${fault}"]`)
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

async function shoot(page, name) {
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    scrollTo(0, 0)
  })
  const path = `${IMAGES}/${name}.png`
  await page.screenshot({ path })
  const { size } = await stat(path)
  console.log(`docs/images/${name}.png  ${Math.round(size / 1024)} KB`)
  if (size > LARGEST) throw new Error(`${name}.png is larger than ${LARGEST / 1024} KB.`)
}
