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
} from 'vue'
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

export type ReadonlyRef<T> = Readonly<ShallowRef<T>>

/** Refs made on first access: what a template never reads is never tracked. Destructure freely. */
export interface FeedView<E> {
  readonly latest: ReadonlyRef<Message<E> | undefined>
  readonly messages: ReadonlyRef<readonly Message<E>[]>
  readonly error: ReadonlyRef<ErrorOf<E> | undefined>
  /** The last message of one type. */
  latestOf<T extends EventName<E>>(type: T): ReadonlyRef<Message<E, T> | undefined>
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

export interface Refs<V> {
  readonly view: V
  /** Sets every ref to what its field is now. */
  refresh(): void
}

export function createRefs<V extends object>(
  read: Holder['read'],
  fields: readonly string[],
): Refs<V> {
  const made = new Map<string, { readonly ref: unknown; refresh(): void }>()
  const refOf = (field: string, type?: string) => {
    const key = JSON.stringify([field, type])
    let entry = made.get(key)
    if (!entry) {
      const value = shallowRef(read(field, type))
      const refresh = () => {
        value.value = read(field, type)
      }
      entry = { ref: readonlyRef(value), refresh }
      made.set(key, entry)
    }
    return entry.ref
  }
  const view = { latestOf: (type: string) => refOf('latestOf', type) }
  for (const field of fields)
    Object.defineProperty(view, field, { enumerable: true, get: () => refOf(field) })
  return {
    view: view as unknown as V,
    refresh() {
      for (const { refresh } of made.values()) refresh()
    },
  }
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
