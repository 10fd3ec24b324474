/** Where to send: a channel, perhaps without some of its readers. */
import type { EventName, UntypedEvents } from '../contract.js'
import { describe } from '../errors.js'
import { CONTROL_TYPE } from '../hub-protocol.js'
import { isPromise } from './authorize.js'
import type { LogEntry } from './log.js'
import type { Audience } from './member.js'
import {
  type ProgressEvents,
  type ProgressOptions,
  type ProgressTask,
  runProgress,
} from './progress.js'

/** What `send()` resolves with. */
export interface Sent {
  /** The event's id; '' on a volatile channel. */
  readonly id: string
}

/** True where the events of a progress stream fit the channel. */
type CarriesProgress<E> = string extends keyof E
  ? true
  : ProgressEvents extends {
        readonly [T in keyof ProgressEvents]: T extends keyof E ? E[T] : never
      }
    ? true
    : false

/** Where to send. Immutable: `except` returns another one. */
export interface Target<E = UntypedEvents> {
  /**
   * Resolves when the log has it; needs no await, for a rejection is handled and told to `onError`. Throws at once `TypeError` for
   * a type or payload that cannot be sent, `RangeError` over `limits.eventSize`.
   */
  send<T extends EventName<E>>(
    type: T,
    ...data: undefined extends E[T] ? [data?: E[T]] : [data: E[T]]
  ): Promise<Sent>
  /** `send('message', data)`. */
  data(
    data: E extends { message: infer D } ? D : string extends keyof E ? unknown : never,
  ): Promise<Sent>
  /** Sends `progress`, `complete`, `error`. Resolves when the task has ended; a failure is sent and told to `onError`, not thrown. */
  progress(
    task: CarriesProgress<E> extends true ? ProgressTask : never,
    options?: ProgressOptions,
  ): Promise<void>
  /** Keeps it, in replay too, from client ids (`client.id`), connection ids and principal ids. */
  except(...ids: readonly (string | number)[]): Target<E>
  /** Only these connections: `client.id`, connection ids or principal ids. */
  only(...ids: readonly (string | number)[]): Target<E>
}

export interface TargetParts {
  /** Bytes of an event's payload, and of its type. */
  readonly eventSize: number
  /** Gives the id, '' on a volatile channel. */
  readonly publish: (entry: LogEntry) => string | PromiseLike<string>
  /** Aborts when the hub closes. */
  readonly signal: AbortSignal
  readonly onError: (error: unknown) => void
}

const encoder = new TextEncoder()

/** In bytes of UTF-8. A character is at most three of them. */
const isLonger = (text: string, bytes: number) =>
  text.length * 3 > bytes && encoder.encode(text).length > bytes

export function createTarget(channel: string, parts: TargetParts, audience: Audience = {}): Target {
  const { publish, eventSize, signal, onError } = parts

  function checkSize(what: string, text: string, type: string) {
    if (isLonger(text, eventSize))
      throw new RangeError(
        `send('${type.slice(0, 100)}') on '${channel}': the ${what} is larger than ${eventSize} bytes (limits.eventSize). Send less, or a link to it.`,
      )
  }

  function send(type: string, payload?: unknown): Promise<Sent> {
    checkType(type)
    const data = textOf(type, payload)
    checkSize('type', type, type)
    checkSize('payload', data, type)
    const sent = deliver({ channel, type, data, ...audience })
    sent.catch(onError)
    return sent
  }

  async function deliver(entry: LogEntry): Promise<Sent> {
    const id = publish(entry)
    return { id: isPromise(id) ? await id : id }
  }

  const and = (ids: readonly string[] | undefined, more: readonly (string | number)[]) => [
    ...(ids ?? []),
    ...more.map(String),
  ]

  return {
    send,
    data: (payload) => send('message', payload),
    progress: (task: ProgressTask, options = {}) =>
      runProgress(task, options, signal, send, onError),
    except: (...ids) =>
      createTarget(channel, parts, { ...audience, except: and(audience.except, ids) }),
    only: (...ids) => createTarget(channel, parts, { ...audience, only: and(audience.only, ids) }),
  }
}

function checkType(type: string) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (typeof type !== 'string' || type === '' || /[\u0000-\u001f\u007f-\u009f]/.test(type))
    throw new TypeError(
      `send(${JSON.stringify(type)}): the type of an event is a text without control characters.`,
    )
  if (type === CONTROL_TYPE)
    throw new TypeError(`send('${type}'): this type is the hub's own. Take another name.`)
}

/** '' for no payload. */
function textOf(type: string, payload: unknown): string {
  if (payload === undefined) return ''
  let json: string | undefined
  let cause: unknown
  try {
    json = JSON.stringify(payload)
  } catch (thrown) {
    cause = thrown
  }
  if (json !== undefined) return json
  const why = cause === undefined ? `it is a ${typeof payload}` : describe(cause)
  throw new TypeError(`send('${type}'): the payload cannot be sent as JSON: ${why}.`, { cause })
}
