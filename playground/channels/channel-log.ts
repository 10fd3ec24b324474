/** What happened to a channel, in the page's log. */

import type { ChannelStatus, Gap } from 'tidewire'
import { effect, type ReadonlySignal } from 'tidewire'
import { write, writeDeed } from '../chrome/connection-log.js'
import { StatusBadge } from '../chrome/status-badge.js'

interface Followed {
  readonly name: string
  readonly status: ReadonlySignal<ChannelStatus>
  readonly gap: ReadonlySignal<Gap | undefined>
}

/** Writes down each status that stays, and each gap. Returns what ends that. */
export function followChannel({ name, status, gap }: Followed): () => void {
  const stops = [
    effect(() => {
      if (['live', 'denied', 'unknown', 'limit'].includes(status.value)) {
        const badge = new StatusBadge()
        badge.channel = status.value
        write('Channel', badge, name)
      }
    }),
    effect(() => {
      if (gap.value) writeDeed('Channel', 'Gap', `${name} · ${gap.value.reason}`)
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
