/** What a hook returns: fields that re-render the component only where it reads them. */
import { useState, useSyncExternalStore } from 'react'
import {
  type Channel,
  type ChannelStatus,
  type ConnectionState,
  type ConnectionStatus,
  type ConnectionVerbs,
  createLazy,
  type ErrorOf,
  type EventName,
  type Gap,
  type Holder,
  type Message,
  type Source,
  type SSEError,
} from '../../src/index.js'

/** What render reads (or destructures) decides what re-renders. A new object at each change, never mutated. */
export interface FeedView<E> {
  readonly latest: Message<E> | undefined
  readonly messages: readonly Message<E>[]
  readonly error: ErrorOf<E> | undefined
  /** The last message of one type; read in render. */
  latestOf<T extends EventName<E>>(type: T): Message<E, T> | undefined
}

export interface ChannelView<E> extends FeedView<E> {
  readonly status: ChannelStatus
  readonly gap: Gap | undefined
  /** For `useFold`, `acknowledge`, `on`, iteration. Stable while name and options are. */
  readonly channel: Channel<E>
}

export interface ConnectionView extends ConnectionVerbs {
  readonly state: ConnectionState
  readonly status: ConnectionStatus
  readonly connected: boolean
  readonly error: SSEError | undefined
}

export interface SourceView<E> extends FeedView<E>, ConnectionView {
  readonly error: ErrorOf<E> | undefined
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
