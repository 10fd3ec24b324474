/** The playground's dev server and the two test projects: `node`, and `chromium` for what needs a real browser. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import { endpoint } from './playground/endpoint.js'
import { readmeModules } from './test/support/readme-modules.js'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const chromium = (process.env.CHROMIUM ? [process.env.CHROMIUM] : places).find(existsSync)

const node: TestProjectConfiguration = {
  extends: true,
  plugins: [readmeModules()],
  test: {
    name: 'node',
    environment: 'node',
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/**'],
    provide: { chromium: chromium ?? '' },
  },
}

const browser = (executablePath: string): TestProjectConfiguration => ({
  extends: true,
  plugins: [readmeModules()],
  publicDir: 'test/public',
  // Named here, or Vite finds them one by one and reloads the page in the middle of a test.
  optimizeDeps: {
    include: [
      '@preact/signals-core',
      'fast-check',
      'msw',
      'msw/browser',
      'react',
      'react-dom',
      'react-dom/client',
      'react-dom/server',
      'react/jsx-dev-runtime',
      'react/jsx-runtime',
      'vue',
      'vue/server-renderer',
    ],
  },
  test: {
    name: 'chromium',
    include: ['test/browser/**/*.test.{ts,tsx}'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: {
          executablePath,
          args: [
            '--no-sandbox',
            '--disable-gpu',
            '--disable-quic',
            '--no-first-run',
            '--disable-background-networking',
            '--disable-component-update',
            '--disable-sync',
          ],
        },
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
})

function projects(): TestProjectConfiguration[] {
  if (chromium) return [node, browser(chromium)]
  const missing = `No Chromium found${process.env.CHROMIUM ? ` at ${process.env.CHROMIUM}` : ''}.`
  const cure =
    'Install it (Debian: `apt-get install chromium`) or set CHROMIUM to the path of a Chrome or Chromium.'
  if (process.env.CI) throw new Error(`${missing} ${cure}`)
  const announceSkip = () =>
    console.warn(`\n!! BROWSER TESTS SKIPPED. ${missing}\n!! To run test/browser: ${cure}\n`)
  // Vitest reads this file once a project; before and after the run is often enough.
  const announced = process.listeners('exit').some(({ name }) => name === announceSkip.name)
  if (process.env.VITEST && !announced) {
    announceSkip()
    process.once('exit', announceSkip)
  }
  return [node]
}

export default defineConfig({
  plugins: [endpoint()],
  resolve: {
    alias: [
      { find: /^tidewire$/, replacement: at('src/index.ts') },
      { find: /^tidewire\/(react|vue)$/, replacement: at('bindings/$1/index.ts') },
      { find: /^tidewire\/bindings$/, replacement: at('src/bindings.ts') },
      { find: /^tidewire\/server$/, replacement: at('src/server/index.ts') },
      { find: /^tidewire\/node$/, replacement: at('src/server/node.ts') },
    ],
  },
  define: {
    __VUE_OPTIONS_API__: 'true',
    __VUE_PROD_DEVTOOLS__: 'false',
    __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'true',
  },
  test: {
    projects: projects(),
    // What hangs is noticed a little later; a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'bindings/**'], reporter: ['text-summary'] },
  },
})
