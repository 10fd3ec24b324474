/** A source on real time that comes back at once, with ways to wait for what it does. */
import { effect } from '@preact/signals-core'
import { onTestFinished } from 'vitest'
import { createSource, type Source, type SourceOptions } from '../../src/channels/source.js'
import type { ConnectionState, ConnectionStatus } from '../../src/connection/state.js'
import type { SSEError } from '../../src/errors.js'

export interface RealSource {
  readonly source: Source
  /** The codes of all failures so far. */
  readonly failures: readonly SSEError['code'][]
  /** The data of the next message. */
  next(): Promise<unknown>
  /** The state, as soon as it has that status. */
  until<S extends ConnectionStatus>(
    status: S,
  ): Promise<Extract<ConnectionState, { readonly status: S }>>
}

/** Connected. Closed when the test ends. */
export function openRealSource(url: string, options: SourceOptions = {}): RealSource {
  const source = createSource(url, { reconnectDelay: 1, ...options })
  onTestFinished(() => source.close())
  const messages = source[Symbol.asyncIterator]()
  const failures: SSEError['code'][] = []
  source.on('error', ({ code }) => failures.push(code))
  source.connect()

  return {
    source,
    failures,
    async next() {
      const { value } = await messages.next()
      return value?.data
    },
    until<S extends ConnectionStatus>(status: S) {
      return new Promise<Extract<ConnectionState, { readonly status: S }>>((resolve) => {
        const stop = effect(() => {
          const state = source.state.value
          if (state.status !== status) return
          resolve(state as Extract<ConnectionState, { readonly status: S }>)
          queueMicrotask(() => stop())
        })
      })
    },
  }
}
