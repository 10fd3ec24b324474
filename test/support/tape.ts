/** What a listener of a channel hears, and where it is told that history was lost: in the order in which it is so. */
import { type Channel, effect, type Gap, type GapReason } from 'tidewire'

export interface Tape<D> {
  readonly entries: readonly (D | GapReason)[]
  stop(): void
}

/** Of the messages of one type, from now on. */
export function record<D>(channel: Channel, type: string): Tape<D> {
  const entries: (D | GapReason)[] = []
  let known: Gap | undefined = channel.gap.peek()
  const note = (gap: Gap | undefined) => {
    if (gap && gap !== known) entries.push(gap.reason)
    known = gap ?? known
  }
  const unlisten = channel.on(type, (data) => {
    // An effect would come after all messages of the delivery.
    note(channel.gap.peek())
    entries.push(data as D)
  })
  const uneffect = effect(() => note(channel.gap.value))
  return {
    entries,
    stop() {
      unlisten()
      uneffect()
    },
  }
}
