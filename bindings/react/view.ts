/** What a hook returns: fields that re-render the component only where it reads them. */
import type {
  ConnectionState,
  ConnectionStatus,
  ConnectionVerbs,
  ErrorOf,
  EventName,
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

/** The snapshots of a store that `useSyncExternalStore` asks for. */
export interface Views<V> {
  /** The same view until a field that was read from it has changed. */
  now(): V
  /** As `now`, but a first view shows what was before anything was opened. */
  first(): V
}

type Read = Holder['read']

export function createViews<V extends object>(holder: Holder, fields: readonly string[]): Views<V> {
  let current: View | undefined

  return {
    now() {
      if (!current || isStale(current, holder.read)) current = createView(holder.read, fields)
      return current.object as V
    },
    first() {
      current ??= createView(holder.idle, fields)
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
  const object = { latestOf: (type: string) => see('latestOf', type) }
  for (const field of fields)
    Object.defineProperty(object, field, { enumerable: true, get: () => see(field) })
  return { object, seen }
}

function isStale({ seen }: View, read: Read): boolean {
  return seen.some(([field, type, value]) => !Object.is(read(field, type), value))
}
