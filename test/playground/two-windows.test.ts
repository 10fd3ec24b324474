/** The playground as two people meet it: each has a window, and the hub between them is put to the test. */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

describeInChromium('two windows', { timeout: PATIENT }, () => {
  let playground: ServedPlayground
  let browser: Browser
  let one: Person
  let other: Person

  beforeAll(async () => {
    playground = await servePlayground('two-windows')
    browser = await launchBrowser(executablePath)
    one = await visit(browser, playground.origin)
    other = await visit(browser, playground.origin)
  }, STARTING)

  afterAll(async () => {
    await browser?.close()
    await playground?.close()
  })

  const view = (person: Person, name: string) => person.page.locator(`[data-view="${name}"]`)

  async function say(person: Person, text: string, name = 'React') {
    const composer = view(person, name).locator('.composer')
    await composer.locator('input').fill(text)
    await composer.locator('button').click()
  }

  /** In all three views. */
  async function reads(person: Person, text: string) {
    for (const name of VIEWS) await view(person, name).locator('li', { hasText: text }).waitFor()
  }

  const texts = (person: Person, name: string) =>
    view(person, name).locator('scroll-end li').allInnerTexts()

  /** In all three views, the same for both. */
  async function haveTheSame() {
    const all = await texts(one, 'TypeScript')
    for (const person of [one, other])
      for (const name of VIEWS) expect(await texts(person, name)).toEqual(all)
  }

  async function noteSays(person: Person, text: RegExp) {
    for (const name of VIEWS)
      await view(person, name).locator('gap-note', { hasText: text }).waitFor()
  }

  const present = (person: Person, count: number) =>
    person.page.locator('[data-room="harbour"]', { hasText: String(count) }).waitFor()

  const logged = (person: Person, text: RegExp) =>
    person.page.locator('#log li', { hasText: text }).first().waitFor()

  /** Waits for another beat: the stream brings something. */
  async function isLive({ page }: Person) {
    const beats = async () => parseInt((await page.innerText('.proof')).replace(/,/g, ''), 10)
    const before = await beats()
    await expect.poll(beats, { timeout: PATIENT / 2 }).toBeGreaterThan(before)
  }

  const audience = (person: Person, name: string, channel: string) =>
    view(person, name).locator('.audience', {
      has: person.page.getByText(channel, { exact: true }),
    })

  async function channelIs(person: Person, channel: string, status: string) {
    for (const name of VIEWS)
      await audience(person, name, channel).locator('status-badge', { hasText: status }).waitFor()
  }

  test('have one stream each, for three views and whatever they listen to', async () => {
    for (const person of [one, other]) {
      await noteSays(person, /History loaded/)
      await isLive(person)
      expect(await person.streams()).toBe(1)
    }
  })

  test('chat with each other from every view, and nobody sees a message twice', async () => {
    await say(one, 'Is the lock open?', 'TypeScript')
    await reads(other, 'Is the lock open?')
    await say(other, 'It is.', 'React')
    await reads(one, 'It is.')
    await say(one, 'On my way.', 'Vue')
    await reads(other, 'On my way.')
    await haveTheSame()
    expect(await texts(one, 'Vue')).toEqual([
      expect.stringContaining('Is the lock open?'),
      expect.stringContaining('It is.'),
      expect.stringContaining('On my way.'),
    ])
  })

  test('see that the other one types, and not that they do so themselves', async () => {
    await view(one, 'Vue').locator('.composer input').pressSequentially('Well')
    for (const name of VIEWS)
      await view(other, name).locator('.typing', { hasText: 'is typing' }).waitFor()
    for (const name of VIEWS) expect(await view(one, name).locator('.typing').innerText()).toBe('')
    await view(one, 'Vue').locator('.composer input').fill('')
  })

  test('know of each other', async () => {
    for (const person of [one, other]) await present(person, 2)
    const third = await visit(browser, playground.origin)
    await present(one, 3)
    await third.leave()
    await present(one, 2)
  })

  test('lose nothing when a stream is dropped', async () => {
    await one.break('drop')
    await say(other, 'Said during the drop')
    await reads(one, 'Said during the drop')
    await isLive(one)
    await haveTheSame()
    await noteSays(one, /nothing missed/)
    expect(await one.outcome()).toMatch(/^The stream broke, open again .* 0 lost, 0 doubled\.$/)
  })

  test('are told of a new hub, and load their history again', async () => {
    await one.page.click('.verbs button:text-is("Disconnect")')
    await expect.poll(one.streams).toBe(0)
    await say(other, 'Said to the old hub')
    await reads(other, 'Said to the old hub')
    await other.break('restart')
    await noteSays(other, /^Gap \(epoch\): history loaded again/)
    await say(other, 'Said to the new hub')
    await one.page.click('.verbs button:text-is("Connect")')
    await noteSays(one, /^Gap \(epoch\): history loaded again/)
    await reads(one, 'Said to the new hub')
    await haveTheSame()
  })

  test('load their history again where the log has forgotten it', async () => {
    await one.break('forget')
    await noteSays(one, /^Gap \(trimmed\): history loaded again/)
    await reads(one, 'away')
    await reads(other, 'away')
    await haveTheSame()
    expect(await one.outcome()).toMatch(/told of a gap \(trimmed\)/)
  })

  test('move to another hub without a gap when theirs is drained', async () => {
    const note = () => view(one, 'React').locator('gap-note').innerText()
    const before = await note()
    await one.break('drain')
    await say(other, 'Said during the drain')
    await reads(one, 'Said during the drain')
    expect(await one.outcome()).toMatch(/^Open again .* 0 lost, 0 doubled\.$/)
    await isLive(other)
    await haveTheSame()
    expect(await note()).toBe(before)
  })

  test('ask for a new token once theirs has expired', async () => {
    await one.break('expire')
    await logged(one, /Token Page asks for a new one/)
    expect(await one.outcome()).toMatch(/a new token was fetched, open again/)
  })

  test('lose a channel with their role, and no other', async () => {
    for (const person of [one, other]) {
      await person.show('notifications')
      await channelIs(person, 'notifications/crew', 'Live')
    }
    await channelIs(one, 'notifications/captain', 'Denied')
    await one.break('revoke')
    await channelIs(one, 'notifications/crew', 'Denied')
    await channelIs(one, 'notifications', 'Live')
    await channelIs(other, 'notifications/crew', 'Live')
    expect(await one.outcome()).toMatch(/channel denied, the others went on/)
    await one.page.getByRole('radio', { name: 'captain' }).check({ force: true })
    await channelIs(one, 'notifications/captain', 'Live')
    await view(other, 'Vue').locator('button:text-is("Tell captain")').click()
    for (const name of VIEWS)
      await audience(one, name, 'notifications/captain')
        .locator('li', { hasText: 'calls for captain' })
        .waitFor()
    expect(await other.page.locator('li', { hasText: 'calls for captain' }).count()).toBe(0)
  })

  test('are told where notices may be missing, until they have seen it', async () => {
    await one.break('restart')
    const missed = view(one, 'React').locator('.missed').first()
    await missed.filter({ hasText: 'Some may be missing (epoch)' }).click()
    for (const name of VIEWS) {
      const first = audience(one, name, 'notifications').locator('.missed')
      await expect.poll(() => first.isVisible()).toBe(false)
    }
  })

  test('watch an upload from the server’s side, in every view', async () => {
    await one.show('upload')
    await one.page.click('.bar button:text-is("Send 4 MB")')
    for (const name of VIEWS)
      await view(one, name)
        .locator('.facts', { hasText: /^[1-9]\d? % · \d\.\d MB of 4\.0 MB/ })
        .waitFor()
    for (const name of VIEWS)
      await view(one, name).locator('.facts', { hasText: '100 % · 4.0 MB of 4.0 MB' }).waitFor()
    expect(await one.streams()).toBe(1)
  })

  test('say so when an upload is cancelled', async () => {
    await one.page.click('.bar button:text-is("Send 4 MB")')
    await view(one, 'Vue')
      .locator('.facts', { hasText: /^[1-9]\d? %/ })
      .waitFor()
    await one.page.click('.bar button:text-is("Cancel")')
    await one.page.locator('.bar', { hasText: 'Cancelled' }).waitFor()
    await one.page.locator('.bar button:text-is("Send 4 MB"):enabled').waitFor()
  })

  test('see each reading of the dashboard in every view', async () => {
    await one.show('dashboard')
    for (const name of VIEWS) {
      await view(one, name).locator('canvas').nth(1).waitFor()
      await view(one, name).locator('.facts', { hasText: '2 streams' }).waitFor()
    }
    expect(await one.streams()).toBe(1)
  })

  test('change rooms in all views together, and each room knows who is there', async () => {
    for (const person of [one, other]) await person.show('chat')
    await present(one, 2)
    await one.page.getByRole('radio', { name: 'lighthouse' }).check({ force: true })
    await say(one, 'Anybody here?')
    await reads(one, 'Anybody here?')
    await present(other, 1)
    expect((await texts(other, 'React')).join()).not.toContain('Anybody here?')
    expect(await one.streams()).toBe(1)
  })

  test('bring no error and no warning to the console', () => {
    expect(one.complaints).toEqual([])
    expect(other.complaints).toEqual([])
  })
})
