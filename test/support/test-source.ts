/** A source that nobody watches yet, before a scripted server, and the texts that the server sends. */
import {
  createSource,
  type PerAttempt,
  type Source,
  type SourceOptions,
  type UntypedEvents,
} from 'tidewire'
import { beforeEach, expect, onTestFinished, vi } from 'vitest'
import { settle } from './fake-time.js'
import { createScriptedFetch, type Exchange, type ScriptedFetch } from './scripted-fetch.js'

export const ENDPOINT = 'https://api.example/events'

export interface TestSource<E> {
  readonly source: Source<E>
  readonly server: ScriptedFetch
  /** Answers the next request with an open stream. */
  open(): Promise<Exchange>
}

/** Closed when the test ends. */
export function createTestSource<E extends object = UntypedEvents>(
  options: SourceOptions<NoInfer<E>> = {},
  url: PerAttempt<string | URL> = ENDPOINT,
): TestSource<E> {
  const server = createScriptedFetch()
  const source = createSource<E>(url, { fetch: server.fetch, ...options })
  onTestFinished(() => source.close())
  return {
    source,
    server,
    async open() {
      const exchange = (await server.next()).open()
      await settle()
      return exchange
    },
  }
}

/** One block of an event stream. */
export function block(data: string, { type, id }: { type?: string; id?: string } = {}): string {
  const lines = data.split('\n').map((line) => `data: ${line}\n`)
  return `${type === undefined ? '' : `event: ${type}\n`}${id === undefined ? '' : `id: ${id}\n`}${lines.join('')}\n`
}

/** Blocks whose data and ids are numbers from `first` to `last`. */
export function numbered(first: number, last: number): string {
  let text = ''
  for (let number = first; number <= last; number++) text += `id: ${number}\ndata: ${number}\n\n`
  return text
}

/** Sends, and lets everything arrive. */
export async function send(exchange: Exchange, ...texts: string[]): Promise<void> {
  for (const text of texts) {
    exchange.send(text)
    await settle()
  }
}

/**
 * What user code threw and the page was told of. A test takes out what it expects (`splice(0)`); whatever is left when it ends
 * fails it.
 */
export function withReportedErrors(): unknown[] {
  const reported: unknown[] = []
  beforeEach(() => {
    vi.stubGlobal('reportError', (thrown: unknown) => reported.push(thrown))
    onTestFinished(() => {
      vi.unstubAllGlobals()
      expect(reported.splice(0)).toEqual([])
    })
  })
  return reported
}
