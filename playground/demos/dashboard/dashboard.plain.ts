/** A live dashboard without a framework: ten readings a second, drawn once a frame. */
import { effect } from 'tidewire'
import { client } from '../../connection/client.js'
import { element } from '../../page/element.js'
import { metres } from '../../page/words.js'
import { summary } from './reading.js'

export function mountDashboard(panel: HTMLElement): () => void {
  const { messages } = client.channel('dashboard/metrics', { throttle: 'frame', history: 300 })
  const level = element('live-chart', { top: 4, ariaHidden: 'true' })
  const rate = element('live-chart', { top: 20, ariaHidden: 'true' })
  const levelNow = element('b')
  const rateNow = element('b')
  const facts = element('p', { className: 'facts' })
  panel.append(
    element('h3', {}, 'Water level', levelNow),
    level,
    element('h3', {}, 'Events a second', rateNow),
    rate,
    facts,
  )

  return effect(() => {
    const readings = messages.value.map(({ data }) => data)
    const now = readings.at(-1)
    level.values = readings.map(({ level }) => level)
    rate.values = readings.map(({ rate }) => rate)
    levelNow.textContent = metres(now?.level)
    rateNow.textContent = String(now?.rate ?? '')
    if (now) facts.textContent = summary(now)
  })
}
