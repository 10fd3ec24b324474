/** The sign of each status: a shape of its own, so that nobody depends on colours. */
import type { ChannelStatus } from 'tidewire'

/** In a box of 12 × 12. */
export const SHAPES = {
  idle: '<circle cx="6" cy="6" r="4.25"/>',
  connecting: '<path class="spins" d="M6 1.75A4.25 4.25 0 1 1 1.75 6"/>',
  open: '<circle class="solid" cx="6" cy="6" r="4.5"/>',
  waiting: '<circle cx="6" cy="6" r="4.75"/><path d="M6 3.25V6l2 1.25"/>',
  paused: '<path class="bold" d="M4 2.5v7M8 2.5v7"/>',
  closed: '<rect class="solid" x="2" y="2" width="8" height="8" rx="1"/>',
  failed: '<path class="bold" d="m2.5 2.5 7 7m0-7-7 7"/>',
}

export type Sign = keyof typeof SHAPES

export const CHANNEL_SIGNS: { readonly [S in ChannelStatus]: Sign } = {
  idle: 'idle',
  joining: 'connecting',
  live: 'open',
  resuming: 'waiting',
  denied: 'failed',
  unknown: 'failed',
  limit: 'failed',
  closed: 'closed',
}
