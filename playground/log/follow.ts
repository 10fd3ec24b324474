/** What happens to connections and channels, told as happenings. */
import type { ChannelStatus, ConnectionState, Gap, SSEError } from 'tidewire'
import { effect, type ReadonlySignal } from 'tidewire'
import { CHANNEL_SIGNS } from '../elements/signs.js'
import { capitalized, detailOf, errorText, signOf } from '../page/words.js'
import { tell } from './happenings.js'

interface FollowedConnection {
  readonly state: ReadonlySignal<ConnectionState>
  readonly error: ReadonlySignal<SSEError | undefined>
}

interface FollowedChannel {
  readonly name: string
  readonly status: ReadonlySignal<ChannelStatus>
  readonly gap: ReadonlySignal<Gap | undefined>
}

/** Tells every state, and every failure with it. `name` is '' for the page's own. Returns what ends that. */
export function followConnection(name: string, { state, error }: FollowedConnection): () => void {
  let lastState: ConnectionState | undefined
  let lastError: SSEError | undefined
  return effect(() => {
    const now = state.value
    const failure = error.value !== lastError ? error.value : undefined
    lastError = error.value
    if (now === lastState && !failure) return
    lastState = now
    if (now.status === 'idle') return
    const sign = signOf(now)
    const detail = [detailOf(now), failure && errorText(failure)].filter(Boolean).join(' · ')
    tell({ by: name, what: capitalized(sign), detail, sign })
  })
}

const TOLD: { readonly [S in ChannelStatus]?: string } = {
  live: 'Joined',
  idle: 'Left',
  denied: 'Denied',
  unknown: 'Unknown',
  limit: 'Limit',
}

/** Tells who joined what, what was refused, and each gap. Observing joins nothing. Returns what ends that. */
export function followChannel({ name, status, gap }: FollowedChannel): () => void {
  let last: ChannelStatus = 'idle'
  const stops = [
    effect(() => {
      const now = status.value
      const what = TOLD[now]
      // Coming back from a break is the connection's news.
      if (what && now !== last && !(now === 'live' && last === 'resuming'))
        tell({
          by: name,
          what,
          sign: CHANNEL_SIGNS[now],
          ...(now === 'denied' && { fact: 'denied' }),
        })
      if (now !== 'joining') last = now
    }),
    effect(() => {
      if (gap.value)
        tell({ by: name, what: 'Gap', detail: gap.value.reason, sign: 'waiting', fact: 'gap' })
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
