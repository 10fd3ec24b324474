/** What a feed keeps of its messages, as signals: the last one, the last of each type that somebody asks for, and the last few. */

import { ownText } from '../event-stream/own-text.js'
import { heldSignal, type Lease } from './lease.js'
import type { ReadonlySignal, Signal } from './signals.js'

/** A message of whatever events. */
export type AnyMessage = { readonly type: string; readonly data: unknown; readonly id: string }

export interface History {
  readonly latest: ReadonlySignal<AnyMessage | undefined>
  readonly messages: ReadonlySignal<readonly AnyMessage[]>
  latestOf(type: string): ReadonlySignal<AnyMessage | undefined>
  /** The signals show it from the next `commit` on. */
  take(message: AnyMessage): void
  commit(): void
  clear(): void
}

/** The same array wherever there are none, so that clearing what is clear changes nothing. */
export const NO_MESSAGES: readonly never[] = /* @__PURE__ */ Object.freeze([])

/** Watching any of its signals holds the lease. */
export function createHistory(limit: number, lease: Pick<Lease, 'hold'>): History {
  const latest = heldSignal<AnyMessage | undefined>(undefined, lease)
  const messages = heldSignal<readonly AnyMessage[]>(NO_MESSAGES, lease)
  const byType = new Map<string, Signal<AnyMessage | undefined>>()
  /** What the signals do not show yet: the last few messages, and the last one of each type. */
  let fresh: AnyMessage[] = []
  const freshByType = new Map<string, AnyMessage>()

  function latestOf(type: string) {
    let last = byType.get(type)
    if (!last) {
      last = heldSignal(
        messages.peek().findLast((message) => message.type === type),
        lease,
      )
      byType.set(type, last)
    }
    return last
  }

  function take(message: AnyMessage) {
    freshByType.set(message.type, message)
    // Trimmed now and then, so that a long delivery keeps no more than the signals will show.
    if (fresh.push(message) > 2 * limit + 1000) fresh = fresh.slice(-limit - 1)
  }

  function commit() {
    if (fresh.length === 0) return
    const kept = new Map<AnyMessage, AnyMessage>()
    const keep = (message: AnyMessage) => {
      const copy = kept.get(message) ?? stored(message)
      kept.set(message, copy)
      return copy
    }
    for (const [type, last] of byType) {
      const message = freshByType.get(type)
      if (message) last.value = keep(message)
    }
    freshByType.clear()
    latest.value = keep(fresh.at(-1) as AnyMessage)
    if (limit > 0) {
      const added = fresh.slice(-limit).map(keep)
      messages.value = [...messages.peek(), ...added].slice(-limit)
    }
    fresh = []
  }

  function clear() {
    fresh = []
    freshByType.clear()
    latest.value = undefined
    messages.value = NO_MESSAGES
    for (const last of byType.values()) last.value = undefined
  }

  return { latest, messages, latestOf, take, commit, clear }
}

/** A message as it may be kept: what was cut out of a chunk of the stream would hold the whole chunk in memory. */
function stored({ type, data, id }: AnyMessage): AnyMessage {
  return {
    type: ownText(type),
    data: typeof data === 'string' ? ownText(data) : data,
    id: ownText(id),
  }
}
