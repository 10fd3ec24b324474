/** What there is to say about a connection in numbers. */
import { element, write } from '../page/element.js'
import {
  attemptText,
  bytesText,
  duration,
  NOTHING,
  nextTry,
  number,
  plural,
  seconds,
} from '../page/words.js'
import { client, history, meter } from './client.js'
import { pulseTally } from './pulse.js'

interface Figure {
  readonly name: string
  readonly id: string
  /** Not only a number. */
  readonly isText?: true
  text(now: number): string
}

/** Nothing changes so often that a person could not read it. */
const FIGURES: readonly Figure[] = [
  { name: 'Events a second', id: 'rate', text: (now) => number(history.rate(now)) },
  { name: 'Received', id: 'received', text: () => bytesText(meter.bytes) },
  { name: 'Streams so far', id: 'streams', text: () => number(meter.streams) },
  { name: 'Since last byte', id: 'last', text: lastByteText },
  { name: 'Attempt', id: 'attempt', text: () => attemptText(client.state.peek()) },
  { name: 'Next attempt in', id: 'next', text: nextText },
  { name: 'Cursor', id: 'cursor', isText: true, text: () => meter.cursor || NOTHING },
]

export interface Figures {
  readonly list: HTMLElement
  /** Whether anything was lost. */
  readonly proof: HTMLElement
  tick(now: number): void
}

export function createFigures(): Figures {
  const values = FIGURES.map(({ id, isText }) =>
    element('dd', { data: { figure: id, ...(isText && { text: '' }) } }, NOTHING),
  )
  const list = element(
    'dl',
    { className: 'figures' },
    ...FIGURES.map(({ name }, index) =>
      element('div', {}, element('dt', {}, name), values[index] ?? ''),
    ),
  )
  const proof = element('p', { className: 'proof' })

  return {
    list,
    proof,
    tick(now) {
      for (const [index, figure] of FIGURES.entries()) {
        const value = values[index]
        if (value) write(value, figure.text(now))
      }
      showProof(proof)
    },
  }
}

function showProof(proof: HTMLElement): void {
  const { received, lost, doubled, told } = pulseTally()
  proof.dataset.proof = lost || doubled ? 'broken' : 'good'
  const missed = told ? `, ${number(told)} missed where the hub said so` : ''
  write(
    proof,
    `${plural(received, 'beat')} received · ${number(lost)} lost · ${number(doubled)} doubled${missed}`,
  )
}

function nextText(now: number): string {
  const at = nextTry(client.state.peek())
  return at === undefined ? NOTHING : seconds(at - now)
}

function lastByteText(now: number): string {
  if (meter.lastByte === undefined) return NOTHING
  const ago = now - meter.lastByte
  return ago < 10_000 ? seconds(ago) : duration(ago)
}
