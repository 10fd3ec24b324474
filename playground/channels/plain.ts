/** The plain panel: channels of the client, and an `effect` for everything on the page that changes. */
import { effect } from 'tidewire'
import { writeDeed } from '../chrome/connection-log.js'
import type { SparkLine } from '../chrome/spark-line.js'
import type { StatusBadge } from '../chrome/status-badge.js'
import { metres } from '../chrome/words.js'
import { followChannel } from './channel-log.js'
import { client } from './client.js'
import { call } from './visitor.js'

const NOTICES = 4

export function mountPlain(panel: HTMLElement): void {
  const part = <E extends HTMLElement = HTMLElement>(name: string) =>
    panel.querySelector<E>(`[data-part="${name}"]`)!
  const show = (name: string, text: string | number) => {
    part(name).textContent = String(text)
  }

  effect(() => {
    part<StatusBadge>('connection').state = client.state.value
  })

  const metrics = client.channel('dashboard/metrics', { throttle: 'frame', history: 60 })
  followChannel(metrics)
  effect(() => {
    part<StatusBadge>('metrics').channel = metrics.status.value
  })
  effect(() => {
    const readings = metrics.messages.value.map(({ data }) => data)
    const latest = readings.at(-1)
    part<SparkLine>('line').values = readings.map(({ level }) => level)
    if (!latest) return
    show('level', metres(latest.level))
    show('streams', latest.streams)
    show('channels', latest.channels)
    show('remembered', `${latest.remembered} events`)
  })

  const audiences = [
    { to: 'all', channel: client.channel('notifications') },
    { to: 'crew', channel: client.channel('notifications/crew') },
    { to: 'captain', channel: client.channel('notifications/captain') },
  ]
  for (const { to, channel } of audiences) {
    const badge = document.createElement('status-badge') as StatusBadge
    const send = document.createElement('button')
    send.textContent = `Notify ${to}`
    send.onclick = () => {
      call('notices', { to }).catch((error) => writeDeed('Server', 'Refused', error.message))
    }
    part('notifications').append(row(channel.name, badge, send))
    followChannel(channel)
    effect(() => {
      badge.channel = channel.status.value
    })
    channel.on('notice', ({ text }) => {
      const notices = part('notices')
      notices.prepend(row(channel.name, text))
      while (notices.childElementCount > NOTICES) notices.lastElementChild?.remove()
    })
  }

  // Notices have no history to load: a person is told that some may be missing, and says when that is read.
  effect(() => {
    const missed = audiences.find(({ channel }) => channel.gap.value)?.channel
    part<HTMLButtonElement>('acknowledge').disabled = !missed
    show('gap', missed ? `Notices may be missing (${missed.gap.value?.reason})` : 'Nothing missed')
  })
  part('acknowledge').onclick = () => {
    for (const { channel } of audiences) channel.acknowledge()
  }
}

function row(name: string, ...content: (Node | string)[]): HTMLElement {
  const item = document.createElement('li')
  item.append(cell(name), ...content.map((some) => (typeof some === 'string' ? cell(some) : some)))
  return item
}

function cell(text: string): HTMLElement {
  const span = document.createElement('span')
  span.textContent = text
  return span
}
