/** A named feed over the client's one stream. */

import type { UntypedEvents } from '../contract.js'
import type { Replay } from '../hub-protocol.js'
import { atomic, createFeed, type Feed, type FeedHost, type FeedOptions } from './feed.js'
import { createLease } from './lease.js'
import type { ChannelStatus, Closed, Gap, Membership, View } from './membership.js'
import type { ReadonlySignal } from './signals.js'

/** How a view of a channel begins, and how much it keeps. */
export interface ChannelOptions extends FeedOptions {
  /** Where the channel begins: 'earliest', its last `n` messages, or after an id. Counts at the join. Default: from now on. */
  replay?: Replay | undefined
}

/** The same object for the same name and options. `status`, `gap` and `error` only observe. */
export interface Channel<E = UntypedEvents> extends Feed<E> {
  /** As the hub knows it. */
  readonly name: string
  /** Where it stands: joined, on its way, refused. */
  readonly status: ReadonlySignal<ChannelStatus>
  /** Set when history was lost, until `acknowledge()`, a finished re-seed or release. */
  readonly gap: ReadonlySignal<Gap | undefined>
  /** Clears `gap`. Bound. */
  acknowledge(): void
}

/** The connection, as its channels see it. */
export interface ChannelHost extends Pick<FeedHost, 'cursor' | 'isResting' | 'retryDelay'> {
  closed(): Closed | undefined
}

export function createChannel(
  membership: Membership,
  options: ChannelOptions,
  host: ChannelHost,
): Channel {
  const { name, status, gap, views } = membership
  let release = () => {}
  const acknowledge = () => {
    gap.value = undefined
  }

  const lease = createLease(
    () => {
      membership.replay(options.replay)
      views.add(control)
      release = membership.lease.hold()
      // Held, and closed before that began.
      const closed = host.closed()
      if (closed) control.end(closed.reason === 'user', closed.error)
    },
    () => {
      views.delete(control)
      release()
      // What there is stays only where nothing can come any more.
      if (host.closed()?.reason !== 'user') control.clear()
    },
  )
  const control: View = createFeed(options, {
    ...host,
    lease,
    isJoined: () => status.peek() === 'live',
    seeded: () => atomic(acknowledge),
  })
  // One object, so that who holds its signals holds it.
  return Object.assign(control.feed, { name, status, gap, acknowledge })
}
