/** `useSSE`: an endpoint as refs. */
import { getCurrentInstance, type MaybeRefOrGetter, toRaw, toValue, watch } from 'vue'
import {
  createSourceHolder,
  createSourcePool,
  holderKey,
  type SharedSourceOptions,
  type Source,
  type SourceTarget,
  type UntypedEvents,
} from '../../src/index.js'
import { createRefs, hasPage, type SourceView, watchWhileShown } from './view.js'

type Skip = null | undefined

const pool = /* @__PURE__ */ createSourcePool(hasPage)

const FIELDS = [
  'state',
  'status',
  'connected',
  'error',
  'latest',
  'messages',
  'lastEventId',
  'source',
]

/**
 * An endpoint as refs, connected until the scope ends. GET: one source for the same resolved URL, method, credentials and plain values
 * among the options within a browser page; POST is never shared. Another url, method or JSON body starts anew, other options are read
 * at each attempt. `null` waits. A source made by `createSource` is watched, never closed.
 */
export function useSSE<E>(source: MaybeRefOrGetter<Source<E> | Skip>): SourceView<E>
export function useSSE<E extends object = UntypedEvents>(
  url: MaybeRefOrGetter<string | URL | Skip>,
  options?: MaybeRefOrGetter<SharedSourceOptions<NoInfer<E>>>,
): SourceView<E>
export function useSSE<E extends object>(
  target: MaybeRefOrGetter<SourceTarget<E>>,
  options: MaybeRefOrGetter<SharedSourceOptions<E>> = {},
): SourceView<E> {
  const now = () => toRaw(toValue(target))
  const newest = () => toRaw(toValue(options))
  const create = () => createSourceHolder(pool, now(), newest)
  let holder = create()
  // A page that hydrates shows what the server showed until it has been mounted.
  let isFirst = !hasPage || !!getCurrentInstance()?.vnode.el
  const { view, refresh } = createRefs<SourceView<E>>(
    (field, type) => (isFirst ? holder.idle(field, type) : holder.read(field, type)),
    FIELDS,
  )
  const change = watchWhileShown(() => {
    isFirst = false
    return holder.watch(refresh)
  })
  watch(
    () => holderKey(now(), toValue(options)),
    () => {
      holder = create()
      change()
      refresh()
    },
    { flush: 'sync' },
  )
  return Object.assign(view, {
    connect: () => holder.source.connect(),
    disconnect: () => holder.source.disconnect(),
    reconnect: () => holder.source.reconnect(),
    close: () => holder.source.close(),
  })
}
