/** The pulse: numbered beats at a rate of one's choice, and the tally that they allow. */
import { effect, signal } from 'tidewire'
import type { Rate } from '../contract.js'
import { client } from './client.js'
import { count, nothing, type Tally } from './tally.js'

export const rate = signal<Rate>('4')

/** Not a signal, since it changes with every beat: whoever shows it looks now and then. */
let tally: Tally = nothing

export const pulseTally = (): Tally => tally

/** Listens for as long as the page lives. */
export function startPulse(): void {
  effect(() => {
    const channel = client.channel(`pulse/${rate.value}`)
    // Each rate has numbers of its own.
    tally = { ...tally, last: undefined }
    let known = channel.gap.peek()
    return channel.on('beat', ({ n }) => {
      const gap = channel.gap.peek()
      tally = count(tally, n, gap !== known)
      known = gap
    })
  })
}
