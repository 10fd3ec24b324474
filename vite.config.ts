/** The playground's dev server and the test projects: `node`, and one for each browser. */
import { fileURLToPath } from 'node:url'
import { playwright } from '@vitest/browser-playwright'
import { defineConfig, type TestProjectConfiguration } from 'vitest/config'
import type { BrowserProviderOption } from 'vitest/node'
import { endpoint } from './playground/endpoint.js'
import {
  type BrowserName,
  CHROMIUM_FLAGS,
  cureFor,
  programOf,
} from './test/support/browsers/browser.js'
import { launchFirefox, launchWebKit, pageOpener } from './test/support/browsers/page-opener.js'
import { documentModules } from './test/support/document/modules.js'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

const node: TestProjectConfiguration = {
  extends: true,
  plugins: [documentModules()],
  test: {
    name: 'node',
    environment: 'node',
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/browser/**'],
    provide: { chromium: programOf('chromium') ?? '' },
    sequence: { groupOrder: 0 },
  },
}

const chromium = (executablePath: string) =>
  playwright({
    launchOptions: {
      executablePath,
      args: [...CHROMIUM_FLAGS],
    },
  })

const providers: Record<BrowserName, (program: string) => BrowserProviderOption> = {
  chromium,
  firefox: (program) => pageOpener('firefox', program, launchFirefox),
  webkit: (program) => pageOpener('webkit', program, launchWebKit),
}

const browser = (
  name: BrowserName,
  provider: BrowserProviderOption,
  groupOrder: number,
): TestProjectConfiguration => ({
  extends: true,
  plugins: [documentModules()],
  publicDir: 'test/public',
  cacheDir: `node_modules/.vite/${name}`,
  // Named here, or Vite finds them one by one and reloads the page in the middle of a test.
  optimizeDeps: {
    include: [
      '@preact/signals',
      '@preact/signals-core',
      'fast-check',
      'msw',
      'msw/browser',
      'preact',
      'preact/jsx-dev-runtime',
      'preact/jsx-runtime',
      'react',
      'react-dom',
      'react-dom/client',
      'react-dom/server',
      'react/jsx-dev-runtime',
      'react/jsx-runtime',
      'svelte',
      'svelte/internal/client',
      'svelte/internal/disclose-version',
      'svelte/internal/flags/legacy',
      'vue',
      'vue/server-renderer',
    ],
  },
  test: {
    name,
    include: ['test/browser/**/*.test.{ts,tsx}'],
    // One after the other: each engine alone keeps a small machine busy.
    sequence: { groupOrder },
    browser: {
      enabled: true,
      headless: name === 'chromium',
      ui: false,
      screenshotFailures: false,
      provider,
      instances: [{ browser: name as 'chromium' }],
    },
  },
})

function browsers(): TestProjectConfiguration[] {
  const missing: BrowserName[] = []
  const found = (Object.keys(providers) as BrowserName[]).flatMap((name, index) => {
    const program = programOf(name)
    if (program) return [browser(name, providers[name](program), index + 1)]
    missing.push(name)
    return []
  })
  if (missing.length > 0) announce(missing.map(cureFor))
  return found
}

/** With CI set a missing browser is an error; else its tests are skipped, and the run begins and ends with saying so. */
function announce(cures: readonly string[]) {
  if (process.env.CI) throw new Error(cures.join('\n'))
  const announceSkip = () => {
    for (const cure of cures) console.warn(`\n!! BROWSER TESTS SKIPPED. ${cure}\n`)
  }
  // Vitest reads this file once a project; before and after the run is often enough.
  const announced = process.listeners('exit').some(({ name }) => name === announceSkip.name)
  if (process.env.VITEST && !announced) {
    announceSkip()
    process.once('exit', announceSkip)
  }
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
    projects: [node, ...browsers()],
    // What hangs is noticed a little later; a busy machine is no failure.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    coverage: { provider: 'v8', include: ['src/**', 'bindings/**'], reporter: ['text-summary'] },
  },
})
