/** A page around a program that has none: its network, its visibility and its life, and a count of who listens to them. */
import { replaceGlobals } from './globals.js'

export interface Page {
  goOffline(): void
  goOnline(): void
  hide(): void
  show(): void
  /** Back from the back/forward cache; out of a freeze. */
  dispatch(type: 'pageshow' | 'resume'): void
  /** Listeners on window and document. */
  readonly listeners: number
  /** What a program finds of it, by the names of its globals. */
  readonly globals: Readonly<Record<string, unknown>>
}

export interface PageOptions {
  /** Default true. */
  online?: boolean
  /** Default true. */
  visible?: boolean
  /** Default 'https://page.example/'. */
  baseURI?: string
}

/** Made, but nobody's surroundings yet: see `installPage`. */
export function createPage(options: PageOptions = {}): Page {
  let { online = true, visible = true } = options
  const { baseURI = 'https://page.example/' } = options
  const window = new CountingTarget()
  const document = Object.defineProperties(new CountingTarget(), {
    visibilityState: { get: () => (visible ? 'visible' : 'hidden') },
    hidden: { get: () => !visible },
    baseURI: { value: baseURI },
  })
  const navigator = {
    get onLine() {
      return online
    },
  }
  const goes = (isOnline: boolean) => () => {
    online = isOnline
    window.dispatchEvent(new Event(isOnline ? 'online' : 'offline'))
  }
  const turns = (isVisible: boolean) => () => {
    visible = isVisible
    document.dispatchEvent(new Event('visibilitychange'))
  }
  return {
    goOffline: goes(false),
    goOnline: goes(true),
    hide: turns(false),
    show: turns(true),
    dispatch(type) {
      const target = type === 'pageshow' ? window : document
      target.dispatchEvent(new Event(type))
    },
    get listeners() {
      return window.listeners + document.listeners
    },
    globals: {
      document,
      navigator,
      addEventListener: window.addEventListener.bind(window),
      removeEventListener: window.removeEventListener.bind(window),
    },
  }
}

export interface InstalledPage extends Page {
  /** The program has no page any more. */
  restore(): void
}

/** For programs outside a browser, whose own page cannot be replaced. */
export function installPage(options?: PageOptions): InstalledPage {
  const page = createPage(options)
  const globals = Object.entries(page.globals).map(
    ([name, value]) => [name, { writable: true, value }] as const,
  )
  const restore = replaceGlobals(Object.fromEntries(globals))
  return Object.assign(Object.create(page) as Page, { restore })
}

/** Knows how many listen to it. */
class CountingTarget extends EventTarget {
  /** By type; the value says whether the next event ends it. */
  readonly #listeners = new Map<string, Map<unknown, boolean>>()

  get listeners(): number {
    let count = 0
    for (const listeners of this.#listeners.values()) count += listeners.size
    return count
  }

  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options: AddEventListenerOptions | boolean = {},
  ): void {
    const { once = false, signal } = typeof options === 'object' ? options : {}
    const listeners = this.#listeners.get(type) ?? new Map()
    if (!signal?.aborted) this.#listeners.set(type, listeners.set(listener, once))
    signal?.addEventListener('abort', () => listeners.delete(listener), { once: true })
    super.addEventListener(type, listener, options)
  }

  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void {
    this.#listeners.get(type)?.delete(listener)
    super.removeEventListener(type, listener, options)
  }

  override dispatchEvent(event: Event): boolean {
    const listeners = this.#listeners.get(event.type)
    for (const [listener, once] of listeners ?? []) if (once) listeners?.delete(listener)
    return super.dispatchEvent(event)
  }
}
