/** The fault harness's page around the code under test, for as long as Vitest keeps stubbed globals. */
import { vi } from 'vitest'
import { createPage, type Page, type PageOptions } from './faults/page.js'

export type { Page as FakePage } from './faults/page.js'

/** Until `vi.unstubAllGlobals()`. */
export function stubPage(options: PageOptions = {}): Page {
  const page = createPage(options)
  for (const [name, value] of Object.entries(page.globals)) vi.stubGlobal(name, value)
  return page
}
