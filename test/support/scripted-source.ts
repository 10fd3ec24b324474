/** A source before a scripted server, with a record of its states, messages and failures. */
import { effect } from '@preact/signals-core'
import { onTestFinished } from 'vitest'
import { createSource, type Source, type SourceOptions } from '../../src/channels/source.js'
import type { PerAttempt } from '../../src/connection/request.js'
import type { ConnectionState } from '../../src/connection/state.js'
import type { SSEError } from '../../src/errors.js'
import { settle } from './fake-time.js'
import { createScriptedFetch, type Exchange, type ScriptedFetch } from './scripted-fetch.js'

export interface ScriptedSource {
  readonly source: Source
  readonly server: ScriptedFetch
  /** Every state that the signal showed. */
  readonly states: readonly ConnectionState[]
  /** The data of every message. */
  readonly messages: readonly unknown[]
  readonly failures: readonly SSEError[]
  /** The state now. */
  state(): ConnectionState
}

export interface ScriptedSourceOptions extends SourceOptions {
  url?: PerAttempt<string | URL>
  server?: ScriptedFetch
}

/** Connected, unless a signal that is aborted already forbids it. Closed when the test ends. */
export function openSource(options: ScriptedSourceOptions = {}): ScriptedSource {
  const { url = 'https://api.example/events', server = createScriptedFetch(), ...rest } = options
  const source = createSource(url, { fetch: server.fetch, ...rest })
  const states: ConnectionState[] = []
  const messages: unknown[] = []
  const failures: SSEError[] = []
  effect(() => {
    states.push(source.state.value)
  })
  source.on('*', (data) => messages.push(data))
  source.on('error', (failure) => failures.push(failure))
  source.connect()
  onTestFinished(() => source.close())
  return { source, server, states, messages, failures, state: () => source.state.peek() }
}

/** A source whose first request was answered with an event stream. */
export async function openedSource(
  options?: ScriptedSourceOptions,
): Promise<ScriptedSource & { stream: Exchange }> {
  const scripted = openSource(options)
  const stream = (await scripted.server.next()).open()
  await settle()
  return { ...scripted, stream }
}
