/** `useSSE`: an endpoint as refs. */
import { type MaybeRefOrGetter, toValue } from 'vue'
import {
  createSourceHolder,
  holderKey,
  type SharedSourceOptions,
  type Source,
  type SourceTarget,
  sourcePoolOf,
  type UntypedEvents,
} from '../../src/index.js'
import { useProvided } from './provider.js'
import { rawOf, type SourceView, useView } from './view.js'

type Skip = null | undefined

/**
 * An endpoint as refs, connected until the scope ends. GET: one source for the same resolved URL, method, credentials and plain values
 * among the options within an app that has a client, elsewhere within a browser page; POST is never shared. Another url, method or
 * JSON body starts anew, other options are read at each attempt. `null` waits. A source made by `createSource` is watched, never
 * closed.
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
  const now = () => rawOf(target)
  const newest = () => rawOf(options)
  const pool = sourcePoolOf(useProvided())
  return useView(
    () => createSourceHolder(pool, now(), newest),
    () => holderKey(now(), toValue(options)),
  )
}
