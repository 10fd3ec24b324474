/** The states of a connection and the ways between them, as a drawing has them. */
import type { ConnectionStatus } from 'tidewire'

export const SIZE = { width: 456, height: 214 }
export const NODE = { width: 116, height: 50 }

/** The middle of each state. */
export const NODES: { readonly [S in ConnectionStatus]: readonly [x: number, y: number] } = {
  idle: [64, 50],
  connecting: [228, 50],
  open: [392, 50],
  paused: [64, 168],
  waiting: [228, 168],
  closed: [392, 168],
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
  { from: 'idle', to: 'connecting', path: 'M124 50H165', word: ['watched', 146, 42] },
  { from: 'connecting', to: 'open', path: 'M288 50H329', word: ['ready', 309, 42] },
  {
    from: 'open',
    to: 'connecting',
    path: 'M372 23C354 4 266 4 250 19',
    word: ['silent', 310, 22],
  },
  {
    from: 'connecting',
    to: 'waiting',
    path: 'M214 77V138',
    word: ['fails', 196, 112],
  },
  { from: 'waiting', to: 'connecting', path: 'M242 141V80', word: ['due', 257, 112] },
  { from: 'open', to: 'waiting', path: 'M360 77L282 139', word: ['ends', 296, 112] },
  { from: 'open', to: 'closed', path: 'M392 77V138', word: ['204', 409, 112] },
  { from: 'waiting', to: 'paused', path: 'M168 168H127', word: ['hidden', 146, 160] },
  { from: 'paused', to: 'connecting', path: 'M98 141L177 79', word: ['shown', 120, 104] },
]

/** Between any two states: what a person asked for, or what is rare; drawn when it happens. */
export function directEdge(from: ConnectionStatus, to: ConnectionStatus): string {
  const [x, y] = NODES[from]
  const [toX, toY] = NODES[to]
  if (x === toX) return `M${x} ${y + (toY > y ? 27 : -27)}V${toY + (toY > y ? -30 : 30)}`
  const side = toX > x ? 1 : -1
  const half = NODE.width / 2
  if (y === toY && Math.abs(toX - x) > 200) {
    // Past the state in between.
    const rise = y < 100 ? -1 : 1
    const edge = y + rise * 27
    return `M${x + side * 30} ${edge}C${x + side * 60} ${edge + rise * 18} ${toX - side * 60} ${edge + rise * 18} ${toX - side * 34} ${edge + rise * 3}`
  }
  if (y === toY) return `M${x + side * (half + 2)} ${y}H${toX - side * (half + 5)}`
  const down = toY > y ? 1 : -1
  return `M${x + side * 34} ${y + down * 27}L${toX - side * 40} ${toY - down * 30}`
}
