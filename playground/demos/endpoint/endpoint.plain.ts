/** One endpoint without a framework, and without a hub: a source of its own. */
import { createSource, effect } from 'tidewire'
import type { LiveEvents } from '../../contract.js'
import { followConnection } from '../../log/follow.js'
import { element } from '../../page/element.js'
import { metres } from '../../page/words.js'
import { plainOptions } from '../plain-options.js'
import { countPosition, levels, noPositions, notes, proof } from './positions.js'

export function mountEndpoint(panel: HTMLElement): () => void {
  const source = createSource<LiveEvents>('/api/events/plain', plainOptions)
  const tally = source.fold(noPositions, countPosition)
  const badge = element('status-badge')
  const level = element('b')
  const line = element('spark-line')
  const list = element('ol', { className: 'notes' })
  const counted = element('p', { className: 'facts tally' })
  const verb = element('button', { type: 'button' })
  panel.append(
    element('header', {}, badge, verb),
    element('h3', {}, 'Water level', level),
    line,
    list,
    counted,
  )

  const stops = [
    followConnection('TypeScript', source),
    effect(() => {
      const isOpen = source.status.value === 'open'
      badge.state = source.state.value
      verb.textContent = isOpen ? 'Disconnect' : 'Connect'
      verb.onclick = isOpen ? source.disconnect : source.connect
    }),
    effect(() => {
      const values = levels(source.messages.value)
      line.values = values
      level.textContent = metres(values.at(-1))
      list.replaceChildren(
        ...notes(source.messages.value).map(({ data }) => element('li', {}, data.text)),
      )
    }),
    effect(() => {
      counted.textContent = proof(tally.value)
    }),
    source.close,
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
