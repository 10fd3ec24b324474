/** Turns of the event loop: work finishes that waits for no timer, and nobody waits for time. */

/** Enough for the longest chain of promises and messages between two timers. */
const TURNS = 4

/** Node's, taken before a test replaces it. */
const { setImmediate } = globalThis as { setImmediate?: (run: () => void) => unknown }

/** Resolves in a task of its own, after every promise job and message before it. */
export function turn(): Promise<void> {
  if (setImmediate) return new Promise((resolve) => void setImmediate(resolve))
  return new Promise((resolve) => {
    // By a message, since timers may be somebody else's, and crawl in hidden tabs.
    const { port1, port2 } = new MessageChannel()
    port1.onmessage = () => {
      port1.close()
      resolve()
    }
    port2.postMessage(undefined)
  })
}

/** Lets everything run that waits for no timer. */
export async function settle(): Promise<void> {
  for (let count = 0; count < TURNS; count++) await turn()
}
