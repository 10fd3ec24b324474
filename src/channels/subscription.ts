/** An explicit claim on a channel: it stays joined until `close()`, watched or not. */
import type { ListenerOf, ListenType, Message, UntypedEvents } from '../contract.js'
import type { Verdict } from '../hub-protocol.js'
import type { Channel } from './channel.js'
import type { Unsubscribe } from './feed.js'
import type { Membership } from './membership.js'
import type { DisposableLike } from './source.js'

/** An explicit claim on a channel, made by `client.subscribe()`. */
export interface SSESubscription<E = UntypedEvents>
  extends AsyncIterable<Message<E>>,
    DisposableLike {
  /** What is joined, as signals. */
  readonly channel: Channel<E>
  /** The first verdict; 'closed' where its end, or the client's, came before it. Never rejects. */
  readonly ready: Promise<Verdict | 'closed'>
  /** As on the channel. Bound, as `close` is. */
  on<T extends ListenType<E>>(type: T, listener: ListenerOf<E, NoInfer<T>>): Unsubscribe
  /** As on the channel. */
  [Symbol.asyncIterator](): AsyncIterator<Message<E>, undefined>
  /** Ends the claim with the listeners and iterators made here, and nobody else's. */
  close(): void
}

export function createSubscription(channel: Channel, membership: Membership): SSESubscription {
  const ends = new Set<() => void>()
  let isClosed = false
  let settle!: (verdict: Verdict | 'closed') => void
  const ready = new Promise<Verdict | 'closed'>((resolve) => {
    settle = resolve
  })

  /** Ends with the subscription, or before it; at once where that is closed. */
  function own(end: () => void): () => void {
    const once = () => {
      if (ends.delete(once)) end()
    }
    ends.add(once)
    if (isClosed) once()
    return once
  }

  function close() {
    isClosed = true
    for (const end of ends) end()
    settle('closed')
  }

  // To watch is to hold.
  own(channel.latest.subscribe(() => {}))
  own(membership.settled(settle))

  return {
    channel,
    ready,
    on: (type, listener) => own(channel.on(type, listener)),
    [Symbol.asyncIterator]() {
      const iterator = channel[Symbol.asyncIterator]()
      own(() => void iterator.return?.())
      return iterator
    },
    close,
    ...(Symbol.dispose && { [Symbol.dispose]: close }),
  }
}
