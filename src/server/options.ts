/** What a hub is made of: its options, their defaults, and what cannot be meant. */
import type { Diagnostic } from '../contract.js'
import { LEAST_BODY } from '../hub-protocol.js'
import type { Log, MemoryLogOptions } from './log.js'
import { resolveNumbers } from './numbers.js'

/** Who opened the stream: an id, something with an id, or nobody. Equal ids, or both `null`, are the same principal. */
export type Principal = string | number | { readonly id: string | number } | null

/** What rules get unless `HubOptions.context` says otherwise. */
export interface HubContext<P = unknown> {
  /** That opened the stream, or changes its channels. */
  readonly request: Request
  /** As `identify` gave it. */
  readonly principal: P
}

/** What is refused beyond it. Sizes are bytes. */
export interface HubLimits {
  /** Default 100. */
  channelsPerConnection?: number | undefined
  /** Default 20. */
  connectionsPerPrincipal?: number | undefined
  /** On this node. Default 10000. */
  connections?: number | undefined
  /** Of a request; at least 64 KiB, which clients may rely on. Default what so many channels need, up to 4 MiB: for 100 of them 64 KiB. */
  bodySize?: number | undefined
  /** Of a payload, and of a type; `send()` throws `RangeError` over it. Default 256 KiB. */
  eventSize?: number | undefined
  /** Unread live bytes after which a stalled reader is cut. Default 1 MiB. */
  backlog?: number | undefined
}

/** A principal on a channel, however many streams it has there. */
export interface Presence<P = unknown> {
  /** Its name. */
  readonly channel: string
  /** As `identify` gave it. */
  readonly principal: P
}

/** Options of `createHub`. */
export interface HubOptions<P extends Principal = Principal, X = HubContext<P>, G = unknown> {
  /** Who opens the stream; default nobody. A throw is 401, a `Response` refuses with that answer. `given` is `fetch`'s second argument. */
  identify?: ((request: Request, given: G) => P | Response | PromiseLike<P | Response>) | undefined
  /** What rules get first. Default `{ request, principal }`; return `given` to hand on a framework's context. */
  context?: ((request: Request, given: G, principal: P) => X | PromiseLike<X>) | undefined
  /** Milliseconds; announced to clients. Default 15000, 8000 on Bun, which ends a stream that is quiet for 10 s. */
  heartbeat?: number | undefined
  /** Origins allowed; '*' without credentials. Default none but the hub's own. */
  cors?: string | readonly string[] | undefined
  /** Default: memory. */
  log?: MemoryLogOptions | Log | undefined
  /** What is refused beyond it. */
  limits?: HubLimits | undefined
  /** What anonymous streams are counted by, against `connectionsPerPrincipal`: an address, say. `null`, and the default: they are not. */
  limitKey?: ((request: Request, given: G) => string | null | undefined) | undefined
  /** Streams end after so many ms, ± 20 %; clients come back by themselves. Default 3600000. */
  maxAge?: number | undefined
  /** A rule that takes longer (ms) is asked again later. Default 5000. */
  authorizeTimeout?: number | undefined
  /** A principal came to a channel. An anonymous stream is a principal of its own. */
  onJoin?: ((presence: Presence<P>) => void) | undefined
  /** A principal left a channel with its last stream, and did not return within 5 s. */
  onLeave?: ((presence: Presence<P>) => void) | undefined
  /** What a rule, `identify` or the log threw. Default `console.error`: some runtimes end a process for `reportError`. */
  onError?: ((error: unknown) => void) | undefined
  /** Called with each fact. */
  onDiagnostic?: ((fact: Diagnostic) => void) | undefined
}

const QUIET_RUNTIME = 'Bun' in globalThis

const LIMITS = {
  channelsPerConnection: 100,
  connectionsPerPrincipal: 20,
  connections: 10_000,
  bodySize: LEAST_BODY,
  eventSize: 256 * 1024,
  backlog: 1024 * 1024,
} satisfies HubLimits

const TIMES = {
  heartbeat: QUIET_RUNTIME ? 8000 : 15_000,
  maxAge: 3_600_000,
  authorizeTimeout: 5000,
}

/** Bytes of a channel in a request: its name, where it begins, and what JSON puts around them. */
const CHANNEL_SIZE = 640
const MOST_BODY = 4 * 1024 * 1024

export type Limits = typeof LIMITS
export type Times = typeof TIMES

/** Throws `RangeError` for a number that is none, not above 0, or below what clients rely on. */
export function resolveLimits(limits: HubLimits = {}): Limits {
  const { channelsPerConnection = LIMITS.channelsPerConnection } = limits
  const needed = Math.min(channelsPerConnection * CHANNEL_SIZE, MOST_BODY)
  const defaults = { ...LIMITS, bodySize: Math.max(LEAST_BODY, needed) }
  const resolved = resolveNumbers('createHub: limits.', defaults, limits)
  if (resolved.bodySize < LEAST_BODY)
    throw new RangeError(
      `createHub: limits.bodySize is ${resolved.bodySize}. Pass at least ${LEAST_BODY}, which a client may send before it knows the limit.`,
    )
  return resolved
}

export function resolveTimes(options: { readonly [K in keyof Times]?: number | undefined }): Times {
  const { heartbeat, maxAge, authorizeTimeout } = options
  return resolveNumbers('createHub: ', TIMES, { heartbeat, maxAge, authorizeTimeout })
}

const FUNCTIONS = [
  'identify',
  'context',
  'limitKey',
  'onJoin',
  'onLeave',
  'onError',
  'onDiagnostic',
] as const

/** Throws `TypeError` for what is to be called and cannot be. */
export function checkFunctions(options: HubOptions<Principal, unknown, unknown>): void {
  for (const name of FUNCTIONS) {
    const value: unknown = options[name]
    if (value !== undefined && typeof value !== 'function')
      throw new TypeError(`createHub: ${name} is a ${typeof value}, not a function.`)
  }
}

/** The id of a principal as text. Throws `TypeError` for what cannot be told from others. */
export function principalId(principal: Principal): string | null {
  if (principal === null) return null
  const id: unknown = typeof principal === 'object' ? principal.id : principal
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '' || Number.isNaN(id))
    throw new TypeError(
      `identify returned a principal without a usable id (${typeof id}). Return an id, an object with one, or null for nobody.`,
    )
  return String(id)
}
