/** The states of a connection and the ways between them, as a drawing has them. */
import type { ConnectionStatus } from 'tidewire'

export const SIZE = { width: 488, height: 166 }
export const NODE = { width: 126, height: 46 }

/** The middle of each state. */
export const NODES: { readonly [S in ConnectionStatus]: readonly [x: number, y: number] } = {
  idle: [68, 44],
  connecting: [244, 44],
  open: [420, 44],
  paused: [68, 136],
  waiting: [244, 136],
  closed: [420, 136],
}

export interface Edge {
  readonly from: ConnectionStatus
  readonly to: ConnectionStatus
  readonly path: string
  /** What it is called, and where that is written. */
  readonly word?: readonly [text: string, x: number, y: number]
}

/** What a connection does by itself; drawn always. */
export const EDGES: readonly Edge[] = [
  { from: 'idle', to: 'connecting', path: 'M133 44H176', word: ['watch', 154, 36] },
  { from: 'connecting', to: 'open', path: 'M309 44H352', word: ['ready', 331, 36] },
  { from: 'open', to: 'connecting', path: 'M392 20C372 0 292 0 272 15', word: ['silent', 331, 17] },
  { from: 'connecting', to: 'waiting', path: 'M229 69V107', word: ['fails', 213, 93] },
  { from: 'waiting', to: 'connecting', path: 'M259 111V73', word: ['due', 273, 93] },
  { from: 'open', to: 'waiting', path: 'M382 69L310 108', word: ['ends', 327, 88] },
  { from: 'open', to: 'closed', path: 'M420 69V107', word: ['204', 437, 93] },
  { from: 'waiting', to: 'paused', path: 'M179 136H136', word: ['hidden', 158, 128] },
  { from: 'paused', to: 'connecting', path: 'M106 111L178 72', word: ['shown', 124, 90] },
]

/** From the middle of a state to where ways begin and end. */
const REACH = NODE.height / 2 + 2

/** Between any two states: what a person asked for, or what is rare; drawn when it happens. */
export function directEdge(from: ConnectionStatus, to: ConnectionStatus): string {
  const [x, y] = NODES[from]
  const [toX, toY] = NODES[to]
  const side = Math.sign(toX - x)
  const down = Math.sign(toY - y)
  if (!side) return `M${x} ${y + down * REACH}V${toY - down * (REACH + 4)}`
  const half = NODE.width / 2
  if (y === toY && Math.abs(toX - x) > 200) {
    // Past the state in between.
    const rise = y < SIZE.height / 2 ? -1 : 1
    const edge = y + rise * REACH
    return `M${x + side * 30} ${edge}C${x + side * 60} ${edge + rise * 18} ${toX - side * 60} ${edge + rise * 18} ${toX - side * 34} ${edge + rise * 3}`
  }
  if (y === toY) return `M${x + side * (half + 2)} ${y}H${toX - side * (half + 5)}`
  return `M${x + side * 34} ${y + down * REACH}L${toX - side * 40} ${toY - down * (REACH + 3)}`
}
