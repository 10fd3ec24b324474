/** One component that shows the newest event, whatever its framework. */
import type { Contestant } from '../support/compare.js'
import { nextURL } from './listener.js'
import { LAST } from './stream.js'

export interface Watcher {
  /** In each render. */
  rendered(): void
  /** After each change of the page, with what it shows now. */
  shown(newest: string | undefined): void
}

/** Mounts it; gives what unmounts it. */
export type Component = (url: string, container: Element, watcher: Watcher) => () => void

/** `renders`: told how many there were in each run. */
export function mounted(
  name: string,
  role: 'own' | 'peer',
  component: Component,
  renders: Map<string, number>,
): Contestant {
  const run = () =>
    new Promise<{ text: string; ms: number }>((resolve) => {
      const container = document.body.appendChild(document.createElement('div'))
      let count = 0
      const start = performance.now()
      const unmount = component(nextURL(), container, {
        rendered() {
          count++
        },
        shown(newest) {
          if (newest !== LAST) return
          const ms = performance.now() - start
          const text = container.textContent ?? ''
          renders.set(name, count)
          // Not while the framework is at it.
          setTimeout(() => {
            unmount()
            container.remove()
            resolve({ text, ms })
          })
        },
      })
    })
  return {
    name,
    role,
    output: async () => (await run()).text,
    cost: async () => (await run()).ms,
  }
}
