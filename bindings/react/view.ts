/** What a hook returns: fields that re-render the component only where it reads them. */
import { useMemo, useSyncExternalStore } from 'react'
import type {
  Channel,
  ChannelStatus,
  ConnectionState,
  ConnectionStatus,
  ConnectionVerbs,
  ErrorOf,
  EventName,
  Gap,
  Holder,
  Message,
  Source,
  SSEError,
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

/** What a holder shows; held while the component is mounted. */
export function useView<V extends object>(holder: Holder): V {
  const { now, first } = useMemo(() => createViews<V>(holder), [holder])
  return useSyncExternalStore(holder.watch, now, first)
}

/** The snapshots of a store that `useSyncExternalStore` asks for. */
interface Views<V> {
  /** The same view until a field that was read from it has changed. */
  now(): V
  /** As `now`, but a first view shows what was before anything was opened. */
  first(): V
}

type Read = Holder['read']

function createViews<V extends object>({ fields, verbs, read, idle }: Holder): Views<V> {
  const names = [...fields, ...verbs]
  let current: View | undefined

  return {
    now() {
      if (!current || isStale(current, read)) current = createView(read, names)
      return current.object as V
    },
    first() {
      current ??= createView(idle, names)
      return current.object as V
    },
  }
}

interface View {
  readonly object: object
  readonly seen: readonly (readonly [field: string, type: string | undefined, value: unknown])[]
}

/** A field is read when it is first asked for, and stays what it was then. */
function createView(read: Read, fields: readonly string[]): View {
  const seen: View['seen'][number][] = []
  const see = (field: string, type?: string) => {
    const known = seen.find((other) => other[0] === field && other[1] === type)
    if (known) return known[2]
    const value = read(field, type)
    seen.push([field, type, value])
    return value
  }
  const object = {}
  for (const field of fields) {
    const get = () => (field === 'latestOf' ? (type: string) => see(field, type) : see(field))
    Object.defineProperty(object, field, { enumerable: true, get })
  }
  return { object, seen }
}

function isStale({ seen }: View, read: Read): boolean {
  return seen.some(([field, type, value]) => !Object.is(read(field, type), value))
}
