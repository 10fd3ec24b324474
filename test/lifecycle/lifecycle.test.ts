/**
 * The life of a page in real browsers, against a real hub behind a wire that fails: left and come back to, frozen, hidden, offline,
 * cut off in silence. What was published meanwhile comes once and in order.
 *
 * `FIGURES=1` prints how long each return took. The machine's speed is no part of what is asserted, so those bounds are loose: they
 * tell a return that was noticed from one that waited for a time-out.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { type BrowserName, cureFor, programOf } from '../support/browsers/browser.js'
import { openChromium } from '../support/lifecycle/chromium.js'
import { openFirefox } from '../support/lifecycle/firefox.js'
import { HEARTBEAT, type Site, startSite } from '../support/lifecycle/site.js'
import type { Tape, Told } from '../support/lifecycle/tape.js'
import { openWebKit } from '../support/lifecycle/webkit.js'
import { HOST, type Window } from '../support/lifecycle/window.js'

interface Engine {
  readonly name: BrowserName
  readonly host: string
  open(program: string): Promise<Window>
  /** Keeps a page with an open stream in its back/forward cache. */
  readonly keepsPages: boolean
  /** What it does to the stream of a page that is left; 'stands': nothing. */
  readonly streamOfLeft: 'stands' | 'ends'
  /** Why it cannot do something. */
  readonly cannot: { readonly freeze?: string; readonly offline?: string }
}

const ENGINES: readonly Engine[] = [
  {
    name: 'chromium',
    host: HOST,
    open: openChromium,
    keepsPages: true,
    streamOfLeft: 'stands',
    cannot: {},
  },
  {
    name: 'firefox',
    host: HOST,
    open: openFirefox,
    keepsPages: false,
    streamOfLeft: 'ends',
    cannot: { freeze: 'it freezes no pages' },
  },
  {
    name: 'webkit',
    host: '127.0.0.1',
    open: openWebKit,
    keepsPages: true,
    streamOfLeft: 'ends',
    cannot: {
      freeze: 'it tells no page that it is frozen, and its driver freezes none',
      offline: "it asks the machine's network monitor, and its driver has no say in that",
    },
  },
]

/** Silence that is noticed, in ms. */
const WINDOW = 2.5 * HEARTBEAT
/** A time-out of the client's, of which no return may wait for one: below its 15 s for a connection. */
const LOOSE = 10_000
const patient = { timeout: 20_000, interval: 50 }

/** What happens to the stream of a page that is away. */
const FATES: readonly (readonly [fate: string, befall: (site: Site) => void])[] = [
  ['stood', () => {}],
  ['was reset', ({ wire }) => wire.cut()],
  ['fell silent', ({ wire }) => wire.silence()],
]

for (const engine of ENGINES) {
  const program = programOf(engine.name)
  // With CI set the configuration refuses to start.
  if (!program) console.warn(`\n!! LIFECYCLE TESTS SKIPPED. ${cureFor(engine.name)}\n`)
  describe.skipIf(!program)(`in ${engine.name}`, () => live(engine, program ?? ''))
}

function live(engine: Engine, program: string) {
  const { name, host, open, keepsPages, streamOfLeft, cannot } = engine
  let window: Window

  beforeAll(async () => {
    window = await open(program)
  })
  afterAll(() => window?.close())

  const tape = () => window.evaluate<Tape>('window.tape')

  /** The site, once the page has what was published first. */
  async function visit(): Promise<Site> {
    const site = await startSite()
    onTestFinished(site.close)
    await window.open(`http://${host}:${site.port}/page`)
    site.publish(3)
    await hasAll(site)
    return site
  }

  /** Waits for the last message; then all have come, once and in order. */
  async function hasAll({ published }: Site) {
    const told = await vi.waitFor(async () => {
      const told = await tape()
      expect(told).toContainEqual(expect.objectContaining({ number: published - 1 }))
      return told
    }, patient)
    const heard = told.flatMap((entry) => (entry.type === 'message' ? [entry.number] : []))
    expect(heard).toEqual(Array.from({ length: published }, (_, number) => number))
    expect(told.filter(({ type }) => type === 'gap')).toEqual([])
    return told
  }

  const sees = (type: Told['type']) =>
    vi.waitFor(async () => {
      expect((await tape()).map((entry) => entry.type)).toContain(type)
    }, patient)

  /** So long (ms) after it was back the page had everything. */
  function returned(what: string, told: Tape, back: Told['type']) {
    const at = told.findLast(({ type }) => type === back)?.at ?? Number.NaN
    const last = told.findLast(({ type }) => type === 'message')?.at ?? Number.NaN
    const took = Math.max(0, last - at)
    if (process.env.FIGURES) console.log(`${name}, ${what}: all there ${took} ms after "${back}"`)
    expect(took).toBeLessThan(LOOSE)
  }

  /** Away for longer than the stream may be silent. */
  const beAway = () => new Promise((resolve) => setTimeout(resolve, WINDOW + HEARTBEAT))

  async function leave() {
    await window.evaluate("void (location.href = '/away')")
    await isAt('/away')
  }
  async function comeBack() {
    await window.evaluate('void history.back()')
    await isAt('/page')
  }
  const isAt = (path: string) =>
    vi.waitFor(async () => expect(await window.evaluate('location.pathname')).toBe(path), patient)

  const kept = (told: Tape) => told.findLast((entry) => entry.type === 'back')?.kept

  const left = !keepsPages
    ? 'the engine keeps no page with an open stream, and loads it anew'
    : streamOfLeft === 'stands'
      ? 'the engine kept it, and its stream %s'
      : 'the engine kept it, and ended its stream'
  test.each(streamOfLeft === 'stands' ? FATES : FATES.slice(0, 1))(
    `a page that comes back has all that was published meanwhile: ${left}`,
    async (fate, befall) => {
      const site = await visit()
      await leave()
      befall(site)
      site.publish(5)
      await beAway()
      site.publish(5)
      await comeBack()
      const told = await hasAll(site)
      if (keepsPages) expect(kept(told)).toBe(true)
      returned(`back, the stream ${fate}`, told, 'back')
    },
  )

  if (!keepsPages)
    test('a page that disconnects before it is left is kept all the same, and has all once it connects again', async () => {
      const site = await visit()
      await window.evaluate('client.disconnect()')
      await vi.waitFor(() => expect(site.streams).toBe(0), patient)
      await leave()
      site.publish(5)
      await comeBack()
      expect(kept(await tape())).toBe(true)
      await window.evaluate('client.connect()')
      returned('back and connected', await hasAll(site), 'back')
    })

  test.skipIf(cannot.freeze).each(cannot.freeze ? FATES.slice(0, 1) : FATES)(
    `a page that was frozen has all that was published meanwhile: ${cannot.freeze ? `not here, since ${cannot.freeze}` : 'its stream %s'}`,
    async (fate, befall) => {
      const site = await visit()
      await window.hide()
      await window.freeze?.()
      await sees('frozen')
      befall(site)
      site.publish(5)
      await beAway()
      site.publish(5)
      await window.thaw?.()
      await window.show()
      returned(`thawed, the stream ${fate}`, await hasAll(site), 'thawed')
    },
  )

  test('a stream that falls silent in a black hole is replaced, and nothing is lost or shown', async () => {
    const site = await visit()
    const { length } = await tape()
    const silenced = Date.now()
    site.wire.silence()
    site.publish(5)
    const told = await hasAll(site)
    const since = told.slice(length)
    const after = (type: Told['type']) =>
      (since.find((entry) => entry.type === type)?.at ?? Number.NaN) - silenced
    // The stream beside it took over: no state was left.
    expect(since.filter(({ type }) => type === 'state')).toEqual([])
    if (process.env.FIGURES)
      console.log(
        `${name}, black hole, heartbeat ${HEARTBEAT} ms: noticed after ${after('silence')} ms, replaced after ${after('replaced')} ms`,
      )
    expect(after('replaced')).toBeLessThan(WINDOW + LOOSE)
  })

  test('a hidden page has everything at once, and loses nothing to a black hole', async () => {
    const site = await visit()
    await window.hide()
    await sees('hidden')
    site.publish(5)
    // It need not be shown for that.
    expect((await hasAll(site)).map(({ type }) => type)).not.toContain('visible')
    site.wire.silence()
    site.publish(5)
    await beAway()
    await window.show()
    await sees('visible')
    returned('shown, the stream fell silent', await hasAll(site), 'visible')
  })

  test.skipIf(cannot.offline)(
    `a page that was offline waits for the network, and has all as soon as that is back${cannot.offline ? `: not here, since ${cannot.offline}` : ''}`,
    async () => {
      const site = await visit()
      await window.goOffline?.()
      await sees('offline')
      site.wire.cut()
      await vi.waitFor(async () => {
        const waits = expect.objectContaining({ status: 'waiting', offline: true })
        expect(await tape()).toContainEqual(waits)
      }, patient)
      site.publish(5)
      await window.goOnline?.()
      returned('online', await hasAll(site), 'online')
    },
  )
}
