/** Where clients run: in this process, in a worker of their own, or in a page. */
import { Worker } from 'node:worker_threads'
import type { Browser, Page } from 'playwright'
import type { Realm } from './cell.js'
import { type ClientOptions, type Connect, type Log, observe } from './contestant.js'
import { PAGE } from './server.js'

/** ms after which a client that does not answer is taken for hung. */
const ANSWER = 15_000
const NOTHING: Log = { opens: 0, count: 0, events: [], errors: 0, closed: false }

export function inProcess(connect: Connect): Realm {
  let client: ReturnType<typeof observe> | undefined
  const close = async () => client?.close()
  return {
    prepare: async () => {},
    async start(url, options) {
      client = observe(connect, url, options)
    },
    log: async () => client?.log ?? NOTHING,
    close,
    end: close,
  }
}

/** In a thread that can be ended whatever it does; `bundle` is the path of `worker.mjs` as one file. */
export function inWorker(bundle: string, name: string): Realm {
  const worker = new Worker(bundle, { stderr: true, stdout: true })
  let last = NOTHING
  let isOver = false
  let failure: unknown
  worker.on('error', (error) => {
    failure = error
  })
  worker.on('exit', () => {
    isOver = true
  })
  const ask = async (message: { do: string; [key: string]: unknown }): Promise<void> => {
    // Clients cannot end their thread: it was never fit for them.
    if (isOver) throw failure ?? new Error(`The thread of ${name} has ended.`)
    worker.postMessage(message)
    await new Promise<void>((resolve) => {
      const done = () => {
        worker.off('message', answered)
        worker.off('exit', done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const answered = (log: Log) => {
        last = log
        done()
      }
      const signal = AbortSignal.timeout(ANSWER)
      signal.addEventListener('abort', done)
      worker.on('message', answered)
      worker.on('exit', done)
    })
    if (failure) throw failure
  }
  return {
    prepare: () => ask({ do: 'log' }),
    start: (url, options) => ask({ do: 'start', name, url, options }),
    async log() {
      await ask({ do: 'log' })
      return last
    },
    close: () => ask({ do: 'close' }),
    async end() {
      await worker.terminate()
    },
  }
}

declare global {
  /** What `page.mjs` leaves in a page. */
  var conformance: {
    start(name: string, url: string, options: ClientOptions): void
    log(): Log
    close(): void
  }
}

/** In a page of the server that is asked; `bundle` is the text of `page.mjs` as one file. */
export function inPage(browser: Browser, bundle: string, name: string): Realm {
  let page: Page | undefined
  let last = NOTHING
  const bounded = async <T>(answer: Promise<T> | undefined, otherwise: T): Promise<T> => {
    answer?.catch(() => {})
    const late = new Promise<T>((resolve) => setTimeout(resolve, ANSWER, otherwise).unref())
    return Promise.race([answer ?? otherwise, late])
  }
  return {
    async prepare(url) {
      page = await browser.newPage()
      await page.goto(new URL(PAGE, url).href)
      await page.evaluate(bundle)
    },
    async start(url, options) {
      await page?.evaluate(([name, url, options]) => conformance.start(name, url, options), [
        name,
        url,
        options,
      ] as const)
    },
    async log() {
      last = await bounded(
        page?.evaluate(() => conformance.log()),
        last,
      )
      return last
    },
    close: () =>
      bounded(
        page?.evaluate(() => conformance.close()),
        undefined,
      ),
    end: () => bounded(page?.close(), undefined),
  }
}
