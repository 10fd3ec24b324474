/** What a hook returns: fields that re-render the component only where it reads them. */
import { useState, useSyncExternalStore } from 'react'
import { createLazy, type Holder } from '../../src/bindings.js'
import type {
  Channel,
  ChannelStatus,
  ConnectionState,
  ConnectionStatus,
  ConnectionVerbs,
  ErrorOf,
  EventName,
  Gap,
  Message,
  Source,
  SSEError,
} from '../../src/index.js'

/** What render reads (or destructures) decides what re-renders. A new object at each change, never mutated. */
export interface FeedView<E> {
  /** The last message of any type. */
  readonly latest: Message<E> | undefined
  /** The last `history` messages, oldest first. A new array at each change. */
  readonly messages: readonly Message<E>[]
  /** The last failure; cleared by the next message. */
  readonly error: ErrorOf<E> | undefined
  /** The last message of one type; read in render. */
  latestOf<T extends EventName<E>>(type: T): Message<E, T> | undefined
}

/** What `useChannel` returns. */
export interface ChannelView<E> extends FeedView<E> {
  /** Where the channel stands: joined, on its way, refused. */
  readonly status: ChannelStatus
  /** Set when history was lost, until `channel.acknowledge()`, a finished re-seed or release. */
  readonly gap: Gap | undefined
  /** For `useFold`, `acknowledge`, `on`, iteration. Stable while name and options are. */
  readonly channel: Channel<E>
}

/** What `useConnection` returns. Changes for no event. */
export interface ConnectionView extends ConnectionVerbs {
  /** What the connection does, with its details. */
  readonly state: ConnectionState
  /** The status of `state`. */
  readonly status: ConnectionStatus
  /** `status` is 'open'. */
  readonly connected: boolean
  /** The last failure; cleared once open. */
  readonly error: SSEError | undefined
}

/** What `useSSE` returns. */
export interface SourceView<E> extends FeedView<E>, ConnectionView {
  /** The last failure; cleared once open and by the next message. */
  readonly error: ErrorOf<E> | undefined
  /** The cursor. */
  readonly lastEventId: string
  /** For `useFold`, `on`, iteration. The same object while url, method and JSON body are. */
  readonly source: Source<E>
}

/** What `create` made in the first render with these keys. */
export function useKept<T>(create: () => T, ...keys: readonly unknown[]): T {
  const [kept, keep] = useState(() => ({ keys, value: create() }))
  if (keys.every((key, n) => key === kept.keys[n])) return kept.value
  const next = { keys, value: create() }
  keep(next)
  return next.value
}

/** What a holder shows, one for each key; it holds while the component is mounted. */
export function useView<V extends object>(create: () => Holder, key: unknown): V {
  const { watch, now, first } = useKept(() => createViews<V>(create()), key)
  return useSyncExternalStore(watch, now, first)
}

/** A store as `useSyncExternalStore` asks for it. */
interface Views<V> {
  watch: Holder['watch']
  /** The same view until a field that was read from it has changed. */
  now(): V
  /** As `now`, but a first view shows what was before anything was opened. */
  first(): V
}

type Seen = readonly [field: string, type: string | undefined, value: unknown]

function createViews<V extends object>({ fields, verbs, read, idle, watch }: Holder): Views<V> {
  let view: V | undefined
  /** What was read from the view. */
  let seen: Seen[]

  /** A field is read when it is first asked for, and stays what it was then. */
  function create(from: Holder['read']): V {
    const mine: Seen[] = []
    const see = (field: string, type?: string) => {
      const known = mine.find((other) => other[0] === field && other[1] === type)
      if (known) return known[2]
      const value = from(field, type)
      mine.push([field, type, value])
      return value
    }
    seen = mine
    return createLazy([...fields, ...verbs], see) as V
  }

  const isStale = ([field, type, value]: Seen) => !Object.is(read(field, type), value)
  return {
    watch,
    now() {
      if (!view || seen.some(isStale)) view = create(read)
      return view
    },
    first() {
      view ??= create(idle)
      return view
    },
  }
}
