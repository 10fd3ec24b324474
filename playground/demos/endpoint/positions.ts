/** The proof that a plain endpoint lost nothing: its ids are `<run>.<position>`, and positions grow by one. */
import type { Message } from 'tidewire'
import { count, nothing, type Tally } from '../../connection/tally.js'
import type { LiveEvents } from '../../contract.js'

export interface Positions extends Tally {
  readonly run: string
}

export const noPositions: Positions = { ...nothing, run: '' }

/** A reducer for a fold. Another run of the server has positions of its own. */
export function countPosition(tally: Positions, { id }: { readonly id: string }): Positions {
  const [run = '', position] = id.split('.')
  const last = run === tally.run ? tally.last : undefined
  return { ...count({ ...tally, last }, Number(position)), run }
}

/** Water levels among the messages. */
export function levels(messages: readonly Message<LiveEvents>[]): number[] {
  return messages.flatMap((message) => (message.type === 'tick' ? [message.data.value] : []))
}

/** The last things that were noted, the newest first. */
export function notes(
  messages: readonly Message<LiveEvents>[],
): readonly Message<LiveEvents, 'note'>[] {
  return messages
    .filter((message) => message.type === 'note')
    .slice(-3)
    .reverse()
}

export function proof({ received, lost, doubled }: Tally): string {
  return `${received} received · ${lost} lost · ${doubled} doubled`
}
