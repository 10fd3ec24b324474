/** A named feed over the client's one stream. */
import type { ReadonlySignal } from '@preact/signals-core'
import type { UntypedEvents } from '../contract.js'
import type { Replay } from '../hub-protocol.js'
import { createFeed, type Feed, type FeedHost, type FeedOptions } from './feed.js'
import { createLease, type Lease } from './lease.js'
import type { ChannelStatus, Gap, Membership, View } from './membership.js'

export interface ChannelOptions extends FeedOptions {
  /** Where the channel begins: 'earliest', its last `n` messages, or after an id. Counts at the join. Default: from now on. */
  replay?: Replay | undefined
}

/** The same object for the same name and options. `status`, `gap` and `error` only observe. */
export interface Channel<E = UntypedEvents> extends Feed<E> {
  readonly name: string
  readonly status: ReadonlySignal<ChannelStatus>
  readonly gap: ReadonlySignal<Gap | undefined>
  /** Clears `gap`. Bound. */
  acknowledge(): void
}

/** A channel and what holds it. */
export interface ChannelView {
  readonly channel: Channel
  readonly lease: Lease
}

export function createChannel(
  membership: Membership,
  options: ChannelOptions,
  host: Pick<FeedHost, 'cursor' | 'closed' | 'isResting' | 'retryDelay'>,
): ChannelView {
  const { name, status, gap } = membership
  let release = () => {}

  const lease = createLease(
    () => {
      membership.replay(options.replay)
      membership.views.add(control)
      release = membership.lease.hold()
    },
    () => {
      membership.views.delete(control)
      release()
      if (!host.closed()) control.clear()
    },
  )
  const control: View = createFeed(options, {
    ...host,
    lease,
    isJoined: () => status.peek() === 'live',
  })

  const acknowledge = () => {
    gap.value = undefined
  }
  return { lease, channel: { ...control.feed, name, status, gap, acknowledge } }
}
