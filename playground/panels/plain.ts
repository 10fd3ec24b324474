/** The plain panel: `createSource`, and an `effect` for everything on the page that changes. */
import { createSource, effect, type Message } from 'tidewire'
import { follow } from '../chrome/connection-log.js'
import type { SparkLine } from '../chrome/spark-line.js'
import type { StatusBadge } from '../chrome/status-badge.js'
import type { TimeLeft } from '../chrome/time-left.js'
import type { TimeSince } from '../chrome/time-since.js'
import {
  attemptText,
  errorText,
  levels,
  messageText,
  metres,
  nextTry,
  position,
} from '../chrome/words.js'
import type { LiveEvents } from '../contract.js'
import { connection } from '../session.js'
import { count, nothing } from '../tally.js'

export function mountPlain(panel: HTMLElement): void {
  const part = <E extends HTMLElement = HTMLElement>(name: string) =>
    panel.querySelector<E>(`[data-part="${name}"]`)!
  const show = (name: string, text: string | number) => {
    part(name).textContent = String(text)
  }

  const source = createSource<LiveEvents>('/api/events/plain', connection)
  const tally = source.fold(nothing, count)

  const stops = [
    follow('TypeScript', source),
    effect(() => {
      const state = source.state.value
      const over = state.status === 'closed' && state.reason === 'user'
      part<StatusBadge>('status').state = state
      part<TimeLeft>('next').until = nextTry(state)
      show('attempt', attemptText(state))
      part('close').hidden = over
      part('again').hidden = !over
    }),
    effect(() => {
      const error = source.error.value
      if (error) show('error', errorText(error))
    }),
    effect(() => {
      show('id', source.lastEventId)
      part<TimeSince>('since').of = source.latest.value
    }),
    effect(() => {
      const { received, lost, doubled } = tally.value
      show('received', received)
      show('lost', lost)
      show('doubled', doubled)
    }),
    effect(() => {
      const messages = source.messages.value
      const values = levels(messages)
      part<SparkLine>('line').values = values
      show('level', metres(values.at(-1)))
      part('messages').replaceChildren(...messages.slice(-6).reverse().map(row))
    }),
  ]

  part('connect').onclick = source.connect
  part('disconnect').onclick = source.disconnect
  part('reconnect').onclick = source.reconnect
  part('close').onclick = source.close
  part('again').onclick = () => {
    for (const stop of stops) stop()
    mountPlain(panel)
  }
}

function row(message: Message<LiveEvents>): HTMLElement {
  const item = document.createElement('li')
  for (const text of [position(message.id), message.type, messageText(message)])
    item.appendChild(document.createElement('span')).textContent = text
  return item
}
