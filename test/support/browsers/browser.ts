/** The browsers that the tests know, and where this machine has them. */
import { existsSync } from 'node:fs'

export type BrowserName = 'chromium' | 'firefox' | 'webkit'

interface Browser {
  /** What it is called by people. */
  readonly title: string
  /** The environment's variable that names its program. */
  readonly variable: string
  /** Where it is looked for without one. */
  readonly places: readonly string[]
  readonly packages: string
  /** What else must be there. */
  readonly needs?: string
}

export const BROWSERS: Readonly<Record<BrowserName, Browser>> = {
  chromium: {
    title: 'Chromium',
    variable: 'CHROMIUM',
    places: [
      '/usr/bin/chromium',
      '/usr/bin/chromium-browser',
      '/usr/bin/google-chrome',
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    ],
    packages: 'chromium',
  },
  firefox: {
    title: 'Firefox',
    variable: 'FIREFOX',
    places: [
      '/usr/bin/firefox-esr',
      '/usr/bin/firefox',
      '/Applications/Firefox.app/Contents/MacOS/firefox',
    ],
    packages: 'firefox-esr',
  },
  webkit: {
    title: 'WebKitGTK',
    variable: 'WEBKIT',
    places: [
      '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
      '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
    ],
    packages: 'webkit2gtk-driver xvfb xauth',
    needs: '/usr/bin/xvfb-run',
  },
}

/** A Chromium for tests: in a container, and asking nobody but the tests. */
export const CHROMIUM_FLAGS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser's program, where it can be run. */
export function programOf(name: BrowserName): string | undefined {
  const { variable, places, needs } = BROWSERS[name]
  if (needs && !existsSync(needs)) return undefined
  const given = process.env[variable]
  return (given ? [given] : places).find(existsSync)
}

/** What to tell who has not got it. */
export function cureFor(name: BrowserName): string {
  const { title, variable, packages } = BROWSERS[name]
  const given = process.env[variable]
  return `No ${title} found${given ? ` at ${given}` : ''}. Install it (Debian: \`apt-get install ${packages}\`) or set ${variable} to the path of its program.`
}
