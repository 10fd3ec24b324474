/** The machine of a connection as a drawing: its present state is lit, and so is the way on which it came there. */
import type { ConnectionState, ConnectionStatus, ReadonlySignal } from 'tidewire'
import { effect } from 'tidewire'
import { SHAPES } from '../elements/signs.js'
import { write } from '../page/element.js'
import { capitalized, detailOf, duration, seconds, signOf } from '../page/words.js'
import { directEdge, EDGES, NODE, NODES, SIZE } from './machine-drawing.js'

export interface Machine {
  readonly drawing: SVGSVGElement
  /** Follows the clock: how long it has been open, when the next attempt is. */
  tick(now: number): void
}

export function createMachine(state: ReadonlySignal<ConnectionState>): Machine {
  const drawing = draw()
  const nodes = new Map(
    [...drawing.querySelectorAll<SVGGElement>('.node')].map((node) => [node.dataset.node, node]),
  )
  let last: ConnectionState | undefined

  effect(() => {
    const now = state.value
    for (const [name, node] of nodes) {
      const isLit = name === now.status
      node.toggleAttribute('data-lit', isLit)
      if (isLit) node.dataset.status = signOf(now)
      else delete node.dataset.status
      if (!isLit) write(part(node, 'detail'), '')
    }
    drawing.setAttribute('aria-label', `The connection is ${signOf(now)}.`)
    if (now.status === 'waiting') startRing(nodes.get('waiting'), now.retryAt - Date.now())
    if (last && last.status !== now.status) light(drawing, last.status, now.status)
    last = now
    tick(Date.now())
  })

  function tick(now: number) {
    const { value } = state
    const node = nodes.get(value.status)
    if (node) write(part(node, 'detail'), liveDetail(value, now))
  }

  return { drawing, tick }
}

function liveDetail(state: ConnectionState, now: number): string {
  if (state.status === 'open') return `for ${duration(now - state.since)}`
  if (state.status === 'waiting' && !state.offline) return seconds(state.retryAt - now)
  return detailOf(state)
}

const part = (node: Element, name: string) => node.querySelector(`.${name}`) as SVGElement

/** How long the light stays on a way, in milliseconds. */
const LIT = 1800

function light(drawing: SVGSVGElement, from: ConnectionStatus, to: ConnectionStatus): void {
  for (const old of drawing.querySelectorAll('.taken')) old.remove()
  const known = EDGES.find((edge) => edge.from === from && edge.to === to)
  const taken = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  taken.setAttribute('class', 'taken')
  taken.setAttribute('pathLength', '1')
  taken.setAttribute('d', known?.path ?? directEdge(from, to))
  taken.setAttribute('marker-end', 'url(#arrow-lit)')
  drawing.querySelector('.nodes')?.before(taken)
  setTimeout(() => taken.remove(), LIT)
}

/** The ring around `waiting` empties until the next attempt. */
function startRing(node: SVGGElement | undefined, left: number): void {
  const ring = node && part(node, 'ring')
  if (!ring) return
  const ends = [{ strokeDashoffset: 0 }, { strokeDashoffset: 1 }]
  for (const animation of ring.getAnimations()) animation.cancel()
  if (matchMedia('(prefers-reduced-motion: no-preference)').matches)
    ring.animate(ends, { duration: Math.max(0, left), fill: 'forwards' })
}

function draw(): SVGSVGElement {
  const holder = document.createElement('div')
  holder.innerHTML = `
    <svg class="machine" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img">
      <defs>${arrow('arrow')}${arrow('arrow-lit')}</defs>
      <g class="edges">${EDGES.map(({ path }) => `<path d="${path}" marker-end="url(#arrow)"/>`).join('')}</g>
      <g class="words">${EDGES.map(({ word }) => word && `<text x="${word[1]}" y="${word[2]}">${word[0]}</text>`).join('')}</g>
      <g class="nodes">${Object.entries(NODES).map(drawNode).join('')}</g>
    </svg>`
  return holder.querySelector('svg') as SVGSVGElement
}

const arrow = (id: string) =>
  `<marker id="${id}" viewBox="0 0 8 8" refX="6" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M1.5 1L6.5 4L1.5 7"/></marker>`

function drawNode([name, [x, y]]: [string, readonly [number, number]]): string {
  const { width, height } = NODE
  const box = (by: number) =>
    `x="${x - width / 2 - by}" y="${y - height / 2 - by}" width="${width + 2 * by}" height="${height + 2 * by}" rx="${12 + by}"`
  return `<g class="node" data-node="${name}">
      <rect class="halo" ${box(5)}/>
      <rect class="box" ${box(0)}/>
      <rect class="ring" pathLength="1" ${box(0)}/>
      <g class="label">
        <svg class="sign" x="${x - width / 2 + 14}" y="${y - 6.5}" width="13" height="13" viewBox="0 0 12 12">${SHAPES[name as ConnectionStatus]}</svg>
        <text class="name" x="${x - width / 2 + 34}" y="${y + 4.5}">${capitalized(name)}</text>
        <text class="detail" x="${x - width / 2 + 34}" y="${y + 15}"></text>
      </g>
    </g>`
}
