/** A page around the code under test: its network, its visibility and its life, and a count of who listens to them. */
import { getEventListeners } from 'node:events'
import { vi } from 'vitest'

export interface FakePage {
  goOffline(): void
  goOnline(): void
  hide(): void
  show(): void
  /** Back from the back/forward cache; out of a freeze. */
  dispatch(type: 'pageshow' | 'resume'): void
  /** Listeners on window and document. */
  readonly listeners: number
}

export interface FakePageOptions {
  online?: boolean
  visible?: boolean
  baseURI?: string
}

const WINDOW_EVENTS = ['online', 'offline', 'pageshow', 'pagehide']
const DOCUMENT_EVENTS = ['visibilitychange', 'resume', 'freeze']

/** Until `vi.unstubAllGlobals()`. */
export function stubPage(options: FakePageOptions = {}): FakePage {
  let { online = true, visible = true } = options
  const window = new EventTarget()
  const document = new EventTarget()
  Object.defineProperties(document, {
    visibilityState: { get: () => (visible ? 'visible' : 'hidden') },
    baseURI: { value: options.baseURI ?? 'https://page.example/' },
  })
  vi.stubGlobal('document', document)
  vi.stubGlobal('navigator', {
    get onLine() {
      return online
    },
  })
  for (const name of ['addEventListener', 'removeEventListener'] as const)
    vi.stubGlobal(name, window[name].bind(window))

  const count = (target: EventTarget, types: readonly string[]) =>
    types.reduce((sum, type) => sum + getEventListeners(target, type).length, 0)

  return {
    goOffline() {
      online = false
      window.dispatchEvent(new Event('offline'))
    },
    goOnline() {
      online = true
      window.dispatchEvent(new Event('online'))
    },
    hide() {
      visible = false
      document.dispatchEvent(new Event('visibilitychange'))
    },
    show() {
      visible = true
      document.dispatchEvent(new Event('visibilitychange'))
    },
    dispatch(type) {
      const target = type === 'pageshow' ? window : document
      target.dispatchEvent(new Event(type))
    },
    get listeners() {
      return count(window, WINDOW_EVENTS) + count(document, DOCUMENT_EVENTS)
    },
  }
}
