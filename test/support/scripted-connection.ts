/** A connection before a scripted server that says hello as a hub does, with a record of what it did. */
import { onTestFinished } from 'vitest'
import {
  type Connection,
  type ConnectionOptions,
  createConnection,
} from '../../src/connection/connection.js'
import type { Protocol } from '../../src/connection/protocol.js'
import { createRequester } from '../../src/connection/request.js'
import type { ConnectionState } from '../../src/connection/state.js'
import type { MessageError, SSEError } from '../../src/errors.js'
import { createScriptedFetch, type ScriptedFetch } from './scripted-fetch.js'

/**
 * A block of type `hello` makes the stream ready; its data may be the heartbeat in ms. `bye` announces the end, to come back
 * after so many ms; `note` is nobody's message. Streams may overlap.
 */
export const HUB: Protocol = {
  request: () => ({}),
  overlaps: true,
  read({ type, data }) {
    if (type === 'hello') return { type: 'ready', heartbeat: data ? Number(data) : undefined }
    if (type === 'bye') return { type: 'ending', after: Number(data) }
    return type === 'note' ? { type: 'skip' } : undefined
  },
}

export interface ScriptedConnection {
  readonly connection: Connection
  readonly server: ScriptedFetch
  readonly states: readonly ConnectionState[]
  statuses(): ConnectionState['status'][]
  /** The data of every event delivered. */
  readonly delivered: readonly string[]
  readonly failures: readonly SSEError[]
  readonly skipped: readonly MessageError[]
  /** The types of all facts. */
  readonly facts: readonly string[]
  /** How often a stream took over. */
  replacements(): number
  /** How often something was delivered, if only a cursor. */
  deliveries(): number
}

export interface ScriptedConnectionOptions extends ConnectionOptions {
  protocol?: Partial<Protocol>
  server?: ScriptedFetch
  /** Called with the data of each event. */
  onEvent?: (data: string) => void
  /** Called with the type of each fact. */
  onFact?: (type: string) => void
}

/** Held at once, and closed when the test ends. */
export function openConnection(options: ScriptedConnectionOptions = {}): ScriptedConnection {
  const { protocol, server = createScriptedFetch(), onEvent, onFact, ...rest } = options
  const withFetch = { fetch: server.fetch, ...rest }
  const states: ConnectionState[] = []
  const delivered: string[] = []
  const failures: SSEError[] = []
  const skipped: MessageError[] = []
  const facts: string[] = []
  let replacements = 0
  let deliveries = 0

  const connection = createConnection(
    createRequester('https://hub.example/sse', withFetch),
    { ...HUB, ...protocol },
    withFetch,
    {
      changed(state, error) {
        states.push(state)
        if (error) failures.push(error)
      },
      deliver(next) {
        deliveries++
        for (let event = next(); event; event = next()) {
          delivered.push(event.data)
          onEvent?.(event.data)
        }
      },
      skipped: (error) => skipped.push(error),
      replaced: () => replacements++,
      diagnose(type) {
        facts.push(type)
        onFact?.(type)
      },
    },
  )
  connection.dispatch({ type: 'hold' })
  onTestFinished(() => connection.dispatch({ type: 'close' }))
  return {
    connection,
    server,
    states,
    statuses: () => states.map(({ status }) => status),
    delivered,
    failures,
    skipped,
    facts,
    replacements: () => replacements,
    deliveries: () => deliveries,
  }
}
