/** What a hook is told to join: a channel by its name, a channel as it is, or nothing yet. */
import { signal } from '@preact/signals-core'
import type { UntypedEvents } from '../contract.js'
import type { Channel, ChannelOptions } from './channel.js'
import { createFeed } from './feed.js'
import type { ChannelStatus, Gap } from './membership.js'

/** `null` waits. */
export type ChannelTarget<E = UntypedEvents> = string | Channel<E> | null | undefined

/** Who knows channels by name, whatever names there are. */
interface Named {
  channel(name: never, options?: ChannelOptions): object
}

/**
 * The same channel for the same target and options.
 *
 * @throws TypeError for what is no name, Error for a name where there is no client.
 */
export function channelOf<E>(
  target: ChannelTarget<E>,
  client: Named | undefined,
  options?: ChannelOptions,
): Channel<E> {
  if (target == null) return closedChannel()
  if (typeof target === 'object') return target
  return provided(client).channel(target as never, options) as Channel<E>
}

/** @throws Error that says how to provide a client, where there is none. */
export function provided<T>(client: T | null | undefined): T {
  if (client) return client
  throw new Error(
    'There is no SSEClient here. Provide one with <SSEProvider client={client}> in React, app.use(createSSE(client)) in Vue; or pass a channel or client itself.',
  )
}

let closed: Channel<never> | undefined

/** What stands for a channel where there is none: nothing ever comes, and nothing done with it opens anything. */
export function closedChannel<E>(): Channel<E> {
  closed ??= {
    ...createFeed<never>(
      {},
      {
        lease: { hold: () => () => {}, isHeld: false, end() {} },
        isJoined: () => false,
        isResting: () => true,
        cursor: () => '',
        closed: () => ({}),
        retryDelay: () => 0,
      },
    ).feed,
    name: '',
    status: signal<ChannelStatus>('idle'),
    gap: signal<Gap | undefined>(undefined),
    acknowledge() {},
  }
  return closed as unknown as Channel<E>
}
