/** The playground for everybody: what axe finds, the keyboard, widths from a phone to a wide screen, calm for who wants it. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Browser, Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { demos } from './support/demos.js'
import {
  launchBrowser,
  PATIENT,
  type Person,
  type ServedPlayground,
  STARTING,
  servePlayground,
  visit,
} from './support/served-playground.js'
import { describeInChromium, executablePath } from './support/with-chromium.js'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Finding {
  readonly id: string
  readonly impact: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

const PHONE = { width: 390, height: 844 }
const DESKTOP = { width: 1440, height: 900 }

describeInChromium('the playground', { timeout: PATIENT }, () => {
  let playground: ServedPlayground
  let browser: Browser

  beforeAll(async () => {
    playground = await servePlayground('accessibility')
    browser = await launchBrowser(executablePath)
  }, STARTING)

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  /** What is serious or critical, in words. */
  async function findings(page: Page): Promise<string[]> {
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as {
        axe: { run(): Promise<{ violations: Finding[]; passes: unknown[] }> }
      }
      const { violations, passes } = await axe.run()
      return { violations, passes: passes.length }
    })
    // That it looked at all.
    expect(found.passes).toBeGreaterThan(20)
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(
        ({ id, help, nodes }) =>
          `${id}: ${help}\n${nodes.map((node) => `${node.html}\n${node.failureSummary}`).join('\n')}`,
      )
  }

  describe('judged by axe', () => {
    let person: Person

    beforeAll(async () => {
      person = await visit(browser, playground.origin, { reducedMotion: 'reduce' })
      await person.page.evaluate(axe)
    }, STARTING)

    afterAll(() => person?.leave())

    test.each([
      ['light', 'desktop', DESKTOP],
      ['dark', 'desktop', DESKTOP],
      ['light', 'phone', PHONE],
      ['dark', 'phone', PHONE],
    ] as const)('has nothing serious: %s, %s, every demo', async (colorScheme, _name, viewport) => {
      const { page } = person
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme })
      for (const demo of demos) {
        await person.show(demo)
        await page.locator(`#demo[data-demo="${demo}"] .view > *`).first().waitFor()
        expect(await findings(page), demo).toEqual([])
      }
      if (viewport === PHONE) await page.click('#bottom [data-section="break"]')
      // What can be pressed, what is pressed, what cannot act, and what happened.
      await person.break('slow')
      await person.break('offline')
      await person.sees('waiting')
      expect(await findings(page), 'offline').toEqual([])
      await person.break('offline')
      await person.break('slow')
      await person.sees('open')
      if (viewport !== PHONE) return
      await page.keyboard.press('Escape')
      await page.click('#bottom [data-section="happened"]')
      expect(await findings(page), 'what happened').toEqual([])
      await page.keyboard.press('Escape')
    })

    test('would be told of a defect', async () => {
      await person.page.evaluate(() => document.body.append(document.createElement('button')))
      expect(await findings(person.page)).toEqual([expect.stringMatching(/^button-name: /)])
    })
  })

  test('has no horizontal scroll from a phone to a wide screen, in any demo', async () => {
    const person = await visit(browser, playground.origin)
    for (const demo of demos) {
      await person.show(demo)
      for (const width of [1920, 1440, 1024, 768, 390, 320]) {
        await person.page.setViewportSize({ width, height: 900 })
        const scrolled = await person.page.evaluate(() => document.documentElement.scrollWidth)
        expect(scrolled, `${demo} at ${width}`).toBe(width)
      }
    }
    await person.leave()
  })

  test('shows the connection, the drawer and the log at 1440 × 900 without scrolling', async () => {
    const person = await visit(browser, playground.origin)
    for (const id of ['connection', 'break', 'happened', 'log']) {
      const box = await person.page.locator(`#${id}`).boundingBox()
      expect(box?.y, id).toBeGreaterThanOrEqual(0)
      expect((box?.y ?? 0) + (box?.height ?? 0), id).toBeLessThanOrEqual(900)
    }
    await person.leave()
  })

  test('goes by keyboard: a way past the head, arrows between tabs, a focus that is seen', async () => {
    const { page, leave } = await visit(browser, playground.origin)
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the demos')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    const tab = page.locator('[data-tab="dashboard"]')
    expect(await tab.getAttribute('aria-selected')).toBe('true')
    expect(await tab.evaluate((element) => document.activeElement === element)).toBe(true)
    expect(await tab.evaluate((element) => getComputedStyle(element).outlineStyle)).toBe('solid')
    await page.keyboard.press('End')
    expect(await page.getAttribute('[data-tab="status"]', 'aria-selected')).toBe('true')
    await page.keyboard.press('ArrowRight')
    expect(await page.getAttribute('[data-tab="chat"]', 'aria-selected')).toBe('true')
    await leave()
  })

  test('opens its sheet on a phone, and Escape gives the focus back', async () => {
    const { page, leave } = await visit(browser, playground.origin, { viewport: PHONE })
    const button = page.locator('#bottom [data-section="break"]')
    expect(await page.locator('#break').isVisible()).toBe(false)
    await button.press('Enter')
    await page.locator('#break').waitFor()
    expect(await button.getAttribute('aria-expanded')).toBe('true')
    await page.keyboard.press('Escape')
    await page.locator('#break').waitFor({ state: 'hidden' })
    expect(await button.evaluate((element) => document.activeElement === element)).toBe(true)
    await leave()
  })

  test('is dark or light as the system is, until a person says otherwise', async () => {
    const { page, leave } = await visit(browser, playground.origin, { colorScheme: 'dark' })
    const theme = () => page.evaluate(() => document.documentElement.dataset.theme)
    expect(await theme()).toBe('dark')
    await page.emulateMedia({ colorScheme: 'light' })
    await expect.poll(theme).toBe('light')
    await page.click('#theme')
    expect(await theme()).toBe('dark')
    await page.reload()
    expect(await theme()).toBe('dark')
    await leave()
  })

  test('keeps still for who wants no motion', async () => {
    const person = await visit(browser, playground.origin, { reducedMotion: 'reduce' })
    await person.break('busy')
    await person.sees('waiting')
    const running = await person.page.evaluate(() => document.getAnimations().length)
    expect(running).toBe(0)
    await person.leave()
  })
})
