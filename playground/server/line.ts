/** One address at which a page opens streams: what is open there, and how the next attempts are refused. */
import type { Fault } from '../contract.js'
import type { Refusal } from './refusal.js'
import type { Wire } from './wire.js'

export interface Line {
  readonly wires: Set<Wire>
  refusals: Refusal[]
}

export const createLine = (): Line => ({ wires: new Set(), refusals: [] })

/** Does to everything that is open what the fault does, and prepares the answers to what comes next. */
export function breakLine(line: Line, fault: Fault): void {
  line.refusals = [...(refusals[fault] ?? [])]
  const way = ways[fault]
  if (way) for (const wire of line.wires) wire[way]()
}

const refusals: { readonly [F in Fault]?: readonly Refusal[] } = {
  busy: ['busy', 'busy'],
  portal: ['portal'],
  finish: ['finish'],
}

const ways: { readonly [F in Fault]?: keyof Wire } = {
  drop: 'drop',
  cut: 'cut',
  stall: 'stall',
  busy: 'leave',
  portal: 'leave',
  finish: 'leave',
  expire: 'leave',
  forget: 'drop',
}
