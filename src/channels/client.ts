/** One stream, many channels: the client of a hub. */

import type { ConnectionState, ConnectionStatus } from '../connection/state.js'
import type {
  ChannelMap,
  ChannelName,
  CheckedName,
  EventsOf,
  RegisteredChannels,
} from '../contract.js'
import type { SSEError } from '../errors.js'
import type { Channel, ChannelOptions } from './channel.js'
import { type ClientCore, createClientCore, type SSEClientOptions } from './client-core.js'
import type { ClientEvents } from './client-events.js'
import type { Unsubscribe } from './feed.js'
import { checkOptions } from './options.js'
import type { ReadonlySignal } from './signals.js'
import type { ConnectionVerbs, DisposableLike } from './source.js'
import type { SSESubscription } from './subscription.js'

// biome-ignore lint/correctness/noUnusedVariables: merging takes the same type parameters
export interface SSEClient<C extends ChannelMap<C> = RegisteredChannels> extends DisposableLike {}

/**
 * One stream for all channels. Opens with the first watched channel, subscription or `connect()`; constructing it touches no
 * global and parses no URL.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: `Symbol.dispose` is there only where the platform has it
export class SSEClient<C extends ChannelMap<C> = RegisteredChannels> implements ConnectionVerbs {
  /** What the connection does. Watching it opens nothing. */
  declare readonly state: ReadonlySignal<ConnectionState>
  /** `state.value.status`, changing only when it does. */
  declare readonly status: ReadonlySignal<ConnectionStatus>
  /** The connection's last failure; cleared once open. A new object each time. */
  declare readonly error: ReadonlySignal<SSEError | undefined>
  /** The connection's life as events. Returns what ends the listener; listening opens nothing. */
  declare readonly on: <T extends keyof ClientEvents>(
    type: T,
    listener: (data: ClientEvents[T]) => void,
  ) => Unsubscribe
  declare readonly connect: () => void
  declare readonly disconnect: () => void
  declare readonly reconnect: () => void
  declare readonly close: () => void
  readonly #core: ClientCore

  /** @throws TypeError, RangeError for options that cannot be meant. */
  constructor(options: SSEClientOptions<NoInfer<C>> = {}) {
    checkOptions('SSEClient', options)
    this.#core = createClientCore(options)
    const { face } = this.#core
    Object.assign(this, face, Symbol.dispose && { [Symbol.dispose]: face.close })
  }

  /** A label, never a credential: send it with your own requests so that the server can `.except(id)`. */
  get id(): string {
    return this.#core.id()
  }

  /** `status` is 'open'. A plain boolean; read in an effect it is tracked. */
  get connected(): boolean {
    return this.status.value === 'open'
  }

  /** Costs nothing until watched. Throws `TypeError` for a malformed name, as `subscribe` does. */
  channel<const N extends ChannelName<C>>(
    name: CheckedName<C, N>,
    options: ChannelOptions = {},
  ): Channel<EventsOf<C, N>> {
    return this.#core.channel(name, options) as unknown as Channel<EventsOf<C, N>>
  }

  /** Joins now and stays joined until `close()` of what it returns. */
  subscribe<const N extends ChannelName<C>>(
    name: CheckedName<C, N>,
  ): SSESubscription<EventsOf<C, N>> {
    return this.#core.subscribe(name) as unknown as SSESubscription<EventsOf<C, N>>
  }
}
