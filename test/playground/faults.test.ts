/** The playground as a person meets it who breaks things: what is said before, what is seen meanwhile, what is said after. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cards } from '../../playground/break/faults.js'
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

describeInChromium('a person who breaks things', { timeout: PATIENT }, () => {
  let playground: ServedPlayground
  let browser: Browser
  let person: Person

  beforeAll(async () => {
    playground = await servePlayground('faults')
    browser = await launchBrowser(executablePath)
    person = await visit(browser, playground.origin)
  }, STARTING)

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  const view = (name: string) => person.page.locator(`[data-view="${name}"]`)
  const fault = (id: string) => person.page.locator(`[data-fault="${id}"]`)
  const figure = (id: string) => person.page.locator(`[data-figure="${id}"]`)
  const verb = (name: string) => person.page.locator(`.verbs button:text-is("${name}")`)

  /** What the log says since the last thing the person did. */
  async function happened(): Promise<string> {
    const rows = await person.page.locator('#log li').evaluateAll((rows) => {
      const deed = rows.findIndex((row) => (row as HTMLElement).dataset.by === 'You')
      return rows.slice(0, deed < 0 ? rows.length : deed).map((row) => row.textContent)
    })
    return rows.join('\n')
  }

  test('sees how it is: the machine, the numbers, the last minutes', async () => {
    await expect.poll(() => figure('rate').innerText()).toMatch(/^[3-9]$/)
    expect(await figure('received').innerText()).toMatch(/B$/)
    expect(await figure('cursor').innerText()).toMatch(/^[\da-f]{8}\.\d+$/)
    expect(await figure('streams').innerText()).toBe('1')
    expect(await person.page.getAttribute('.machine', 'aria-label')).toBe('The connection is open.')
    expect(await person.page.getAttribute('.timeline', 'aria-label')).toMatch(/not once/)
    expect(await verb('Connect').isDisabled()).toBe(true)
  })

  test('is told what to expect of a button before it is pressed', async () => {
    for (const { id, expect: sentence } of cards.filter(({ id }) => id !== 'revoke')) {
      await fault(id).focus()
      expect(await person.page.innerText('.story p')).toBe(sentence)
    }
  })

  test('is told why a button cannot act', async () => {
    await fault('revoke').focus()
    expect(await fault('revoke').getAttribute('aria-disabled')).toBe('true')
    expect(await person.page.innerText('.story p')).toMatch(/Nobody here listens to the crew/)
    await fault('revoke').press('Enter')
    expect(await happened()).not.toContain('Take the role')
  })

  describe('with one endpoint beside the hub, in three views', () => {
    const badge = (name: string, status: string) =>
      view(name).locator(`status-badge[data-status="${status}"]`)

    const tally = async (name: string) => (await view(name).locator('.tally').innerText()).trim()

    /** Waits until every view has got another message, then looks at what was lost and what came twice. */
    async function expectLossless() {
      for (const name of VIEWS) {
        await badge(name, 'open').waitFor()
        const received = async () => Number.parseInt(await tally(name), 10)
        const before = await received()
        await expect.poll(received, { timeout: PATIENT / 2 }).toBeGreaterThan(before)
        expect(await tally(name)).toMatch(/received · 0 lost · 0 doubled$/)
      }
      expect(await person.page.innerText('.proof')).toMatch(/ 0 lost · 0 doubled/)
    }

    test('has one stream a view and one for the hub, however many components use them', async () => {
      await person.show('endpoint')
      await expectLossless()
      expect(await person.streams()).toBe(4)
    })

    test.each([
      ['drop', /^The stream broke, open again after .*: 0 lost, 0 doubled\.$/, /network · /],
      ['cut', /^The stream broke, open again after .*: 0 lost, 0 doubled\.$/, /network · /],
      ['stall', /^Another stream took over after .*: 0 lost, 0 doubled\.$/, /silence · /],
      ['busy', /^The server ended the stream, refused with 503 twice, open again/, /status 503 · /],
      ['portal', /a page came in place of the stream, open again/, /content-type 200 · /],
      ['expire', /a new token was fetched, open again after/, /Token Page asks for a new one/],
    ])(
      'sees what "%s" led to, everywhere, and that nothing was lost',
      async (id, outcome, trace) => {
        await person.break(id)
        expect(await person.outcome()).toMatch(outcome)
        // A screen reader hears the outcome, and nothing of the way there.
        expect(await person.page.textContent('#announcer')).toMatch(outcome)
        await expectLossless()
        const rows = (await happened()).split('\n')
        for (const name of VIEWS)
          expect(rows.some((row) => row.includes(name) && row.includes('Open'))).toBe(true)
        expect(rows.join('\n')).toMatch(trace)
      },
    )

    test('finds everything closed after a 204, until somebody connects', async () => {
      await person.break('finish')
      await person.sees('closed')
      for (const name of VIEWS) await badge(name, 'closed').waitFor()
      expect(await person.outcome()).toMatch(/closed by the server\./)
      await expect.poll(person.streams).toBe(0)
      expect(await verb('Disconnect').isDisabled()).toBe(true)
      await fault('drop').focus()
      expect(await person.page.innerText('.story p')).toMatch(/closed\. Press Connect first/)
      await verb('Connect').click()
      for (const name of VIEWS) await view(name).locator('button:text-is("Connect")').click()
      await person.sees('open')
      await expectLossless()
    })

    test('pauses and resumes, and gets what it missed', async () => {
      for (const name of VIEWS) await view(name).locator('button:text-is("Disconnect")').click()
      await verb('Disconnect').click()
      await person.sees('paused')
      for (const name of VIEWS) await badge(name, 'paused').waitFor()
      await expect.poll(person.streams).toBe(0)
      for (const name of VIEWS) await view(name).locator('button:text-is("Connect")').click()
      await verb('Connect').click()
      await expectLossless()
      await expect.poll(person.streams).toBe(4)
    })

    test('lets go of its streams when another demo is shown', async () => {
      await person.show('status')
      await expect.poll(person.streams).toBe(1)
    })
  })

  test.each([
    ['restart', /^Open again after .* told of a gap \(epoch\)\./],
    ['drain', /^Open again after .*: 0 lost, 0 doubled\.$/],
    ['forget', /told of a gap \(trimmed\)\./],
  ])('sees what "%s" of the hub led to', async (id, outcome) => {
    await person.break(id)
    expect(await person.outcome()).toMatch(outcome)
    expect(await person.page.innerText('.proof')).toMatch(/ 0 lost · 0 doubled/)
  })

  test('sees the wait and its countdown on the way', async () => {
    await person.break('busy')
    await person.sees('waiting')
    const detail = person.page.locator('.node[data-lit] .detail')
    const left = async () => Number.parseFloat(await detail.innerHTML())
    const first = await left()
    await expect.poll(left, { interval: 50 }).toBeLessThan(first)
    expect(await figure('next').innerText()).toMatch(/ s$/)
    expect(await figure('attempt').innerText()).toMatch(/^[12]$/)
    await person.sees('open')
    expect(await person.page.getAttribute('.timeline', 'aria-label')).toMatch(
      /interrupted \d+ times?\.$/,
    )
  })

  test('goes offline, waits for the network alone, and is back at once', async () => {
    await person.outcome()
    await person.break('offline')
    await person.sees('waiting')
    await person.page.locator('.node[data-lit] .detail', { hasText: 'offline' }).waitFor()
    expect(await fault('drop').getAttribute('aria-disabled')).toBe('true')
    await fault('drop').focus()
    expect(await person.page.innerText('.story p')).toMatch(/You are offline/)
    expect(await fault('offline').innerText()).toBe('Back online')
    await person.break('offline')
    await person.sees('open')
    expect(await person.outcome()).toMatch(/open again after .*: 0 lost, 0 doubled\.$/)
  })

  test('has a slow network, and loses nothing by it', async () => {
    await person.break('slow')
    const beats = async () => Number.parseInt(await person.page.innerText('.proof'), 10)
    const before = await beats()
    await expect.poll(beats, { timeout: PATIENT / 2 }).toBeGreaterThan(before)
    await person.break('slow')
    expect(await person.outcome()).toMatch(
      /^Nothing broke\. \d+ beats? since: 0 lost, 0 doubled\.$/,
    )
  })

  test('gets a thousand beats a second, and goes on without a hole after a break', async () => {
    await person.page.getByRole('radio', { name: '1,000' }).check({ force: true })
    const rate = async () => Number((await figure('rate').innerText()).replace(/,/g, ''))
    await expect.poll(rate, { timeout: PATIENT / 2 }).toBeGreaterThan(300)
    await person.break('drop')
    expect(await person.outcome()).toMatch(/: 0 lost, 0 doubled\.$/)
    await person.page.getByRole('radio', { name: '4', exact: true }).check({ force: true })
    expect(await person.page.innerText('.proof')).toMatch(/ 0 lost · 0 doubled/)
  })

  test('disconnects, connects and reconnects by hand', async () => {
    await verb('Disconnect').click()
    await person.sees('paused')
    await expect.poll(person.streams).toBe(0)
    await verb('Connect').click()
    await person.sees('open')
    await verb('Reconnect').click()
    await expect.poll(person.streams).toBe(1)
    expect(await person.page.innerText('.proof')).toMatch(/ 0 lost · 0 doubled/)
  })

  test('finds no error and no warning in the console', () => {
    expect(person.complaints).toEqual([])
  })
})
