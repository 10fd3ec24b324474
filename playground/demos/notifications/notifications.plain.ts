/** Notices by role without a framework: what the role does not allow is denied, and the others go on. */
import { effect } from 'tidewire'
import { client } from '../../connection/client.js'
import { element } from '../../page/element.js'
import { type Audience, audiences, notify } from './audiences.js'

export function mountNotifications(panel: HTMLElement): () => void {
  const stops = audiences.map((audience) => mountAudience(panel, audience))
  return () => {
    for (const stop of stops) stop()
  }
}

function mountAudience(panel: HTMLElement, { to, channel }: Audience): () => void {
  const { status, messages, gap, acknowledge } = client.channel(channel)
  const badge = element('status-badge')
  const send = element('button', { type: 'button', onclick: () => notify(to) }, `Tell ${to}`)
  const missed = element('button', { type: 'button', className: 'missed', onclick: acknowledge })
  const list = element('ol')
  panel.append(
    element(
      'article',
      { className: 'audience' },
      element('header', {}, element('h3', {}, channel), badge),
      list,
      send,
      missed,
    ),
  )

  const stops = [
    effect(() => {
      badge.channel = status.value
    }),
    effect(() => {
      missed.hidden = !gap.value
      missed.textContent = `Some may be missing (${gap.value?.reason}). I have seen it`
    }),
    effect(() => {
      const latest = messages.value.slice(-2).reverse()
      list.replaceChildren(...latest.map(({ data }) => element('li', {}, data.text)))
    }),
  ]
  return () => {
    for (const stop of stops) stop()
  }
}
