/** The token stream and the status to be pasted, in three views. */
import { fileURLToPath } from 'node:url'
import type { Browser, JSHandle } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeAnswer } from '../../playground/server/passages.js'
import type { CountedStatus } from './support/counted-status.js'
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

const VIEWS = ['TypeScript', 'React', 'Vue']

describeInChromium('three views', { timeout: PATIENT }, () => {
  let playground: ServedPlayground
  let browser: Browser
  let person: Person

  beforeAll(async () => {
    playground = await servePlayground('views')
    browser = await launchBrowser(executablePath)
    person = await visit(browser, playground.origin)
  }, STARTING)

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  const view = (name: string) => person.page.locator(`[data-view="${name}"]`)
  const beats = async () =>
    Number.parseInt((await person.page.innerText('.proof')).replace(/,/g, ''), 10)
  const verb = (name: string) => person.page.locator(`.verbs button:text-is("${name}")`)

  /** What the log says since the last thing the person did. */
  async function happened(): Promise<string> {
    const rows = await person.page.locator('#log li').evaluateAll((rows) => {
      const deed = rows.findIndex((row) => (row as HTMLElement).dataset.by === 'You')
      return rows.slice(0, deed < 0 ? rows.length : deed).map((row) => row.textContent)
    })
    return rows.join('\n')
  }

  describe('with a token stream', () => {
    const output = (name: string) => view(name).locator('output')

    test('gets the answer token by token in each view, across a broken connection', async () => {
      await person.show('tokens')
      const prompt = 'What do the raw bytes look like?'
      await person.page.fill('.bar input', prompt)
      await person.page.click('.bar button:text-is("Ask")')
      for (const name of VIEWS) await output(name).filter({ hasText: 'browser' }).waitFor()
      await person.break('drop')
      for (const name of VIEWS) {
        await view(name).locator('status-badge[data-status="closed"]').waitFor()
        expect(await output(name).textContent()).toBe(writeAnswer(prompt).join(''))
      }
      expect(await happened()).toMatch(/Waiting (TypeScript|React|Vue) /)
    })

    test('ends the answer on the server when the reader stops', async () => {
      await person.page.click('.bar button:text-is("Ask")')
      await expect.poll(person.streams).toBe(4)
      for (const name of VIEWS) await view(name).locator('button:text-is("Stop")').click()
      await expect.poll(person.streams).toBe(1)
      for (const name of VIEWS)
        await view(name).locator('status-badge[data-status="closed"]').waitFor()
    })
  })

  test('shows the server as an app has it, with the package in place of the tree', async () => {
    const code = person.page.locator('.code[aria-label="Server"] pre')
    await code.filter({ hasText: "from 'tidewire/server'" }).waitFor()
    expect(await code.textContent()).not.toContain('src/server')
  })

  describe('with the status to be pasted', () => {
    const status = (name: string, text: RegExp) =>
      view(name).locator('.connection-status', { hasText: text }).waitFor()

    test('reads the same in every view, and a countdown while it waits', async () => {
      await person.show('status')
      for (const name of VIEWS) await status(name, /Live/)
      await person.break('busy')
      await Promise.all(
        VIEWS.map((name) => status(name, /Connection lost\. Next attempt in \d+ s/)),
      )
      for (const name of VIEWS) await status(name, /Live/)
    })

    test('offers what a person can do, and nothing else', async () => {
      for (const name of VIEWS) expect((await view(name).innerText()).trim()).toBe('Live')
    })

    test('renders for the connection, and never for an event', async () => {
      const { page } = person
      const module = `/@fs${fileURLToPath(new URL('./support/counted-status.tsx', import.meta.url))}`
      // As text, since the test runner would make its own of an import.
      const counted: JSHandle<CountedStatus> = await page.evaluateHandle(
        `import(${JSON.stringify(module)}).then(({ mountCounted }) => mountCounted())`,
      )
      const renders = () => counted.evaluate(({ renders }) => ({ ...renders }))
      await page.getByRole('radio', { name: '100', exact: true }).check({ force: true })
      await expect.poll(beats, { timeout: PATIENT / 2 }).toBeGreaterThan((await beats()) + 20)
      const [before, beatsBefore] = [await renders(), await beats()]
      expect(before).toEqual({ React: expect.any(Number), Vue: expect.any(Number) })
      await expect.poll(beats, { timeout: PATIENT / 2 }).toBeGreaterThan(beatsBefore + 100)
      expect(await renders()).toEqual(before)
      await page.getByRole('radio', { name: '4', exact: true }).check({ force: true })
      await verb('Disconnect').click()
      for (const name of VIEWS) await status(name, /Disconnected/)
      const after = await renders()
      expect(after.React).toBeGreaterThan(before.React)
      expect(after.Vue).toBeGreaterThan(before.Vue)
      await verb('Connect').click()
      for (const name of VIEWS) await status(name, /Live/)
    })

    test('connects from any of them', async () => {
      for (const name of VIEWS) {
        await verb('Disconnect').click()
        await status(name, /Disconnected/)
        await view(name).locator('button:text-is("Connect")').click()
        await status(name, /Live/)
      }
    })
  })

  test('bring no error and no warning to the console', () => {
    expect(person.complaints).toEqual([])
  })
})
