/** What a composable returns: fields as refs, each made when it is first asked for, and watched while its scope is shown. */
import {
  type ComponentInternalInstance,
  computed,
  type EffectScope,
  getCurrentInstance,
  getCurrentScope,
  onActivated,
  onDeactivated,
  onMounted,
  onScopeDispose,
  type ShallowRef,
  shallowRef,
  watch,
} from 'vue'
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

export type ReadonlyRef<T> = Readonly<ShallowRef<T>>

/** Refs made on first access: what a template never reads is never tracked. Destructure freely. */
export interface FeedView<E> {
  readonly latest: ReadonlyRef<Message<E> | undefined>
  readonly messages: ReadonlyRef<readonly Message<E>[]>
  readonly error: ReadonlyRef<ErrorOf<E> | undefined>
  /** The last message of one type. */
  latestOf<T extends EventName<E>>(type: T): ReadonlyRef<Message<E, T> | undefined>
}

export interface ChannelView<E> extends FeedView<E> {
  readonly status: ReadonlyRef<ChannelStatus>
  readonly gap: ReadonlyRef<Gap | undefined>
  /** For `useFold`, `acknowledge`, `on`, iteration. Stable while name and options are. */
  readonly channel: ReadonlyRef<Channel<E>>
}

export interface ConnectionView extends ConnectionVerbs {
  readonly state: ReadonlyRef<ConnectionState>
  readonly status: ReadonlyRef<ConnectionStatus>
  readonly connected: ReadonlyRef<boolean>
  readonly error: ReadonlyRef<SSEError | undefined>
}

export interface SourceView<E> extends FeedView<E>, ConnectionView {
  readonly error: ReadonlyRef<ErrorOf<E> | undefined>
  readonly lastEventId: ReadonlyRef<string>
  /** For `useFold`, `on`, iteration. The same object while url, method and JSON body are. */
  readonly source: ReadonlyRef<Source<E>>
}

/** What a holder shows, held while the scope is shown; another `key` takes another holder. */
export function useView<V extends object>(key: () => unknown, create: () => Holder): V {
  let holder = create()
  // A page that hydrates shows what the server showed until it has been mounted.
  let isFirst = !hasPage || !!getCurrentInstance()?.vnode.el
  const made = new Map<string, { readonly ref: unknown; refresh(): void }>()

  const refOf = (field: string, type?: string) => {
    const name = JSON.stringify([field, type])
    let entry = made.get(name)
    if (!entry) {
      const read = () => (isFirst ? holder.idle(field, type) : holder.read(field, type))
      const value = shallowRef(read())
      const refresh = () => {
        value.value = read()
      }
      entry = { ref: readonlyRef(value), refresh }
      made.set(name, entry)
    }
    return entry.ref
  }
  const refresh = () => {
    for (const { refresh } of made.values()) refresh()
  }

  const change = watchWhileShown(() => {
    isFirst = false
    return holder.watch(refresh)
  })
  watch(
    key,
    () => {
      holder = create()
      change()
      refresh()
    },
    { flush: 'sync' },
  )

  const view: Record<string, unknown> = {}
  for (const field of holder.fields) {
    const get = () => (field === 'latestOf' ? (type: string) => refOf(field, type) : refOf(field))
    Object.defineProperty(view, field, { enumerable: true, get })
  }
  for (const verb of holder.verbs) view[verb] = () => (holder.read(verb) as () => void)()
  return view as V
}

/** Computed, so that stores take it for what it is: derived, and no state of theirs. */
export function readonlyRef<T>(value: ShallowRef<T>): ReadonlyRef<T> {
  return computed(() => value.value) as unknown as ReadonlyRef<T>
}

/** There is a page: servers have none. */
export const hasPage = typeof document !== 'undefined'

type Instance = ComponentInternalInstance & { readonly scope?: EffectScope }

/**
 * Watches until the scope ends: in a component from mounted on and while KeepAlive shows it, elsewhere at once, on a server never.
 * The function returned changes to what `start` watches now, before it leaves what was watched.
 */
export function watchWhileShown(start: () => () => void): () => void {
  let stop: (() => void) | undefined
  const attach = () => {
    stop ??= start()
  }
  const detach = () => {
    stop?.()
    stop = undefined
  }
  const instance = getCurrentInstance() as Instance | null
  // A scope within a component, as a store has one, lives as it likes.
  const isOfComponent = instance !== null && instance.scope === getCurrentScope()
  if (isOfComponent) {
    onActivated(attach)
    onDeactivated(detach)
  }
  if (isOfComponent && !instance.isMounted) onMounted(attach)
  else if (hasPage) attach()
  onScopeDispose(detach)

  return () => {
    const leave = stop
    stop = undefined
    if (leave) attach()
    leave?.()
  }
}
