/** The hub's public face: its names, and the types an app gets from its contract. */
import type {
  ChannelMap,
  ChannelName,
  CheckedName,
  EventName,
  EventsOf,
  IsPattern,
  ParamsOf,
  RegisteredChannels,
  UntypedEvents,
} from '../contract.js'
import type { SSEAuthorizeCallback } from './authorize.js'
import { buildHub } from './core.js'
import type { Endpoint } from './endpoint.js'
import type { HubContext, HubOptions, Principal } from './options.js'
import type { Params } from './pattern.js'
import type { Sent, Target } from './target.js'

/** How a channel is declared, beside its name. */
export interface SSEChannelConfig<X = HubContext, P = Params> {
  /** Absent: public. */
  authorize?: SSEAuthorizeCallback<X, P> | undefined
  /** Milliseconds. The shortest of a connection's channels and the hub's wins. */
  heartbeat?: number | undefined
  /** Added to the response of a stream that opens with this channel, whatever its rule says then. */
  headers?: HeadersInit | undefined
  /** `false`: volatile, so no id, no replay, no gap. Default `true`. */
  replay?: boolean | undefined
}

/** A declared channel with a plain name. */
export interface ChannelHandle<E = UntypedEvents> {
  /** As `Target.send`. */
  send(event: { [T in EventName<E>]: { type: T; data: E[T] } }[EventName<E>]): Promise<Sent>
  /** Subscribers on this node. */
  count(): number
}

/** What `createHub` returns. */
export interface Hub<C extends ChannelMap<C> = RegisteredChannels, X = HubContext, G = unknown> {
  /** Bound, so it may be handed on: `export const GET = sse.fetch`, `new SSEClient({ fetch: sse.fetch })`. Never rejects. */
  readonly fetch: unknown extends G
    ? (request: Request, given?: unknown) => Promise<Response>
    : (request: Request, given: G) => Promise<Response>
  /** Declares a channel or pattern; no rule means public. Throws `TypeError`, `RangeError` for a malformed or repeated pattern, or such a rule. */
  channel<const K extends keyof C & string>(
    pattern: K,
    rule?: SSEAuthorizeCallback<X, ParamsOf<K>> | SSEChannelConfig<X, ParamsOf<K>>,
  ): IsPattern<K> extends true ? void : ChannelHandle<C[K]>
  /** Throws `ChannelError` ('unknown') where nothing declared fits, `TypeError` for what cannot be a name. */
  to<const N extends ChannelName<C>>(name: CheckedName<C, N>): Target<EventsOf<C, N>>
  /** Open streams on this node. */
  readonly connectionCount: number
  /** Streams on this node that have joined a channel. */
  subscriberCount<const N extends ChannelName<C>>(name: CheckedName<C, N>): number
  /** Channels with subscribers on this node. */
  readonly activeChannels: readonly string[]
  /** Ends a channel for these ids (as in `except`); for everybody without ids. Their channel is then 'denied'. */
  revoke<const N extends ChannelName<C>>(
    name: CheckedName<C, N>,
    ...ids: readonly (string | number)[]
  ): void
  /** Refuses new streams and ends the open ones over a time (ms). Default 5000. Resolves when none is left. Throws `RangeError` for no such time. */
  drain(options?: { over?: number | undefined }): Promise<void>
  /** Ends every stream at once; readers are told to come back. Nothing can be sent afterwards. */
  close(): Promise<void>
}

/** The endpoints behind hubs, for adapters that write to the response themselves. */
const endpoints = new WeakMap<object, Endpoint>()

/** `undefined` for an object that `createHub` did not make. */
export const endpointOf = (hub: object): Endpoint | undefined => endpoints.get(hub)

/**
 * Publishes to channels and serves them.
 *
 * With a registered contract give no type argument: principal and contexts are inferred from `identify` and `context`.
 * Without one: `createHub<AppChannels, User | null>({ … })`.
 *
 * @throws RangeError, TypeError for an option that cannot be meant.
 */
export function createHub<
  C extends ChannelMap<C> = RegisteredChannels,
  P extends Principal = null,
  X = HubContext<P>,
  G = unknown,
>(options: HubOptions<P, X, G> = {}): Hub<C, X, G> {
  const { hub, endpoint } = buildHub(options as unknown as HubOptions<Principal, unknown, unknown>)
  endpoints.set(hub, endpoint)
  return hub as unknown as Hub<C, X, G>
}
