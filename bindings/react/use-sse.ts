/** `useSSE`: an endpoint as state. */
import { useEffect, useState } from 'react'
import {
  createSourceHolder,
  holderKey,
  type SharedSourceOptions,
  type Source,
  type SourcePool,
  type SourceTarget,
  sourcePoolOf,
  type UntypedEvents,
} from '../../src/index.js'
import { useProvided } from './provider.js'
import { type SourceView, useView } from './view.js'

type Skip = null | undefined

/**
 * An endpoint as state, connected while mounted. GET: one source for the same resolved URL, method, credentials and plain values
 * among the options within a provider, without one within a browser page; POST is never shared. Another url, method or JSON body starts anew, other options are read
 * at each attempt: an inline function reopens nothing, and the newest one is called. `null` waits. A source made by `createSource` is
 * watched, never closed.
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
  const key = holderKey(target, options)
  const [kept, keep] = useState(() => createSlot(pool, key, target, options))
  let slot = kept
  if (slot.key !== key || slot.pool !== pool) {
    slot = createSlot(pool, key, target, options)
    keep(slot)
  }
  useEffect(() => slot.update(options))
  return useView(slot.holder)
}

function createSlot<E extends object>(
  pool: SourcePool,
  key: unknown,
  target: SourceTarget<E>,
  options: SharedSourceOptions<E>,
) {
  let newest = options
  return {
    pool,
    key,
    update(options: SharedSourceOptions<E>) {
      newest = options
    },
    holder: createSourceHolder(pool, target, () => newest),
  }
}
