/** `useSSE`: an endpoint as state. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import {
  createSourceHolder,
  createSourcePool,
  holderKey,
  type SharedSourceOptions,
  type Source,
  type SourceTarget,
  type UntypedEvents,
} from '../../src/index.js'
import { createViews, type SourceView } from './view.js'

type Skip = null | undefined

const pool = /* @__PURE__ */ createSourcePool(typeof document !== 'undefined')

const FIELDS = [
  'state',
  'status',
  'connected',
  'error',
  'latest',
  'messages',
  'lastEventId',
  'source',
  'connect',
  'disconnect',
  'reconnect',
  'close',
]

/**
 * An endpoint as state, connected while mounted. GET: one source for the same resolved URL, method, credentials and plain values
 * among the options within a browser page; POST is never shared. Another url, method or JSON body starts anew, other options are read
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
  const key = holderKey(target, options)
  const [kept, keep] = useState(() => createSlot(key, target, options))
  let slot = kept
  if (slot.key !== key) {
    slot = createSlot(key, target, options)
    keep(slot)
  }
  useEffect(() => slot.update(options))
  return useSyncExternalStore(slot.watch, slot.now, slot.first)
}

function createSlot<E extends object>(
  key: unknown,
  target: SourceTarget<E>,
  options: SharedSourceOptions<E>,
) {
  let newest = options
  const holder = createSourceHolder(pool, target, () => newest)
  return {
    key,
    update(options: SharedSourceOptions<E>) {
      newest = options
    },
    watch: holder.watch,
    ...createViews<SourceView<E>>(holder, FIELDS),
  }
}
