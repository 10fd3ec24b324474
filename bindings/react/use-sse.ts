/** `useSSE`: an endpoint as state. */
import { useEffect } from 'react'
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
import { type SourceView, useKept, useView } from './view.js'

type Skip = null | undefined

/**
 * An endpoint as state, connected while mounted. GET: one source for the same resolved URL, method, credentials and plain values
 * among the options within a provider, elsewhere within a browser page; POST is never shared. Another url, method or JSON body starts
 * anew, other options are read at each attempt: an inline function reopens nothing, and the newest one is called. `null` waits. A
 * source made by `createSource` is watched, never closed.
 */
export function useSSE<E>(source: Source<E> | Skip): SourceView<E>
export function useSSE<E extends object = UntypedEvents>(
  url: string | URL | Skip,
  options?: SharedSourceOptions<NoInfer<E>>,
): SourceView<E>
export function useSSE<E extends object>(
  target: SourceTarget<E>,
  options: SharedSourceOptions<E> = {},
): SourceView<E> {
  const pool = sourcePoolOf(useProvided())
  const newest = useKept(() => ({ options }), pool, holderKey(target, options))
  useEffect(() => {
    newest.options = options
  })
  return useView(() => createSourceHolder(pool, target, () => newest.options), newest)
}
