/** What a composable returns: fields as refs, each made when it is first asked for, and watched while its scope is shown. */
import {
  type ComponentInternalInstance,
  computed,
  type EffectScope,
  getCurrentInstance,
  getCurrentScope,
  type MaybeRefOrGetter,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  toRaw,
  toValue,
  watch,
} from 'vue'
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
  ReadonlySignal,
  Source,
  SSEError,
} from '../../src/index.js'

export type ReadonlyRef<T> = Readonly<ShallowRef<T>>

/** Refs made on first access: what a template never reads is never tracked. Destructure freely. */
export interface FeedView<E> {
  /** The last message of any type. */
  readonly latest: ReadonlyRef<Message<E> | undefined>
  /** The last `history` messages, oldest first. A new array at each change. */
  readonly messages: ReadonlyRef<readonly Message<E>[]>
  /** The last failure; cleared by the next message. */
  readonly error: ReadonlyRef<ErrorOf<E> | undefined>
  /** The last message of one type. */
  latestOf<T extends EventName<E>>(type: T): ReadonlyRef<Message<E, T> | undefined>
}

/** What `useChannel` returns. */
export interface ChannelView<E> extends FeedView<E> {
  /** Where the channel stands: joined, on its way, refused. */
  readonly status: ReadonlyRef<ChannelStatus>
  /** Set when history was lost, until `channel.acknowledge()`, a finished re-seed or release. */
  readonly gap: ReadonlyRef<Gap | undefined>
  /** For `useFold`, `acknowledge`, `on`, iteration. Stable while name and options are. */
  readonly channel: ReadonlyRef<Channel<E>>
}

/** What `useConnection` returns. Changes for no event. */
export interface ConnectionView extends ConnectionVerbs {
  /** What the connection does, with its details. */
  readonly state: ReadonlyRef<ConnectionState>
  /** The status of `state`. */
  readonly status: ReadonlyRef<ConnectionStatus>
  /** `status` is 'open'. */
  readonly connected: ReadonlyRef<boolean>
  /** The last failure; cleared once open. */
  readonly error: ReadonlyRef<SSEError | undefined>
}

/** What `useSSE` returns. */
export interface SourceView<E> extends FeedView<E>, ConnectionView {
  /** The last failure; cleared once open and by the next message. */
  readonly error: ReadonlyRef<ErrorOf<E> | undefined>
  /** The cursor. */
  readonly lastEventId: ReadonlyRef<string>
  /** For `useFold`, `on`, iteration. The same object while url, method and JSON body are. */
  readonly source: ReadonlyRef<Source<E>>
}

/** What an argument is now, without the proxy that a deep ref makes of it. */
export function rawOf<T>(argument: MaybeRefOrGetter<T>): T {
  return toRaw(toValue(argument))
}

/** What a holder shows, one for each key; it holds while the scope is shown. */
export function useView<V extends object>(create: () => Holder, key: () => unknown): V {
  // A page that hydrates shows what the server showed until it has been mounted.
  let isFirst = !hasPage || !!getCurrentInstance()?.vnode.el
  const { now, refTo } = useWatched(
    create,
    (holder, changed) => {
      isFirst = false
      return holder.watch(changed)
    },
    key,
  )
  const made = new Map<string, ReadonlyRef<unknown>>()
  const refOf = (field: string, type?: string) => {
    const name = `${field} ${type}`
    const ref = made.get(name) ?? refTo((holder) => holder[isFirst ? 'idle' : 'read'](field, type))
    made.set(name, ref)
    return ref
  }

  const { fields, verbs } = now()
  const view = createLazy(fields, refOf) as Record<string, unknown>
  for (const verb of verbs) view[verb] = () => (now().read(verb) as () => void)()
  return view as V
}

/** The value of one signal for each key. */
export function useSignal<T>(create: () => SignalLike<T>, key: () => unknown): ReadonlyRef<T> {
  const { refTo } = useWatched(create, (signal, changed) => signal.subscribe(changed), key)
  return refTo((signal) => signal.peek())
}

/** What a getter has nothing of, so that the type comes from what it returns. */
export type SignalLike<T> = Pick<ReadonlySignal<T>, 'peek' | 'subscribe'>

/** There is a page: servers have none. */
const hasPage = typeof document !== 'undefined'

type Instance = ComponentInternalInstance & { readonly scope?: EffectScope }

interface Watched<S> {
  now(): S
  /** Computed, so that stores take it for what it is: derived, and no state of theirs. */
  refTo<T>(read: (subject: S) => T): ReadonlyRef<T>
}

/**
 * What `create` makes for each key, watched until the scope ends: in a component from mounted on and while KeepAlive shows it,
 * elsewhere at once, on a server never. What comes is watched before what was is left.
 */
export function useWatched<S>(
  create: () => S,
  start: (subject: S, changed: () => void) => () => void,
  key: () => unknown,
): Watched<S> {
  let subject = create()
  let stop: (() => void) | undefined
  const version = shallowRef(0)
  const changed = () => {
    version.value++
  }
  const attach = () => {
    stop ??= start(subject, changed)
  }
  const detach = () => {
    stop?.()
    stop = undefined
  }

  const instance = getCurrentInstance() as Instance | null
  // A scope within a component, as a store has one, lives as it likes.
  const isOfComponent = instance && instance.scope === getCurrentScope()
  if (isOfComponent) {
    onActivated(attach)
    onDeactivated(detach)
  }
  if (isOfComponent && !instance.isMounted) onMounted(attach)
  else if (hasPage) attach()
  onScopeDispose(detach)

  watch(
    key,
    () => {
      subject = create()
      const leave = stop
      stop &&= start(subject, changed)
      leave?.()
      changed()
    },
    { flush: 'sync' },
  )

  return {
    now: () => subject,
    refTo: (read) =>
      computed(() => {
        void version.value
        return read(subject)
      }),
  }
}
