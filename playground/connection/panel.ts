/** The connection that everything on this page shares: where it is, what it did, and how it does. */
import { effect } from 'tidewire'
import { rates } from '../contract.js'
import type { StatusBadge } from '../elements/status-badge.js'
import { onHappening, tell } from '../log/happenings.js'
import { createChoice } from '../page/choice.js'
import { element } from '../page/element.js'
import { onTick } from '../page/ticker.js'
import { number, signOf } from '../page/words.js'
import { client, history } from './client.js'
import { createFigures } from './figures.js'
import { createMachine } from './machine.js'
import { rate, startPulse } from './pulse.js'
import { createTimeline } from './timeline.js'

export function mountConnection(panel: HTMLElement, badge: StatusBadge): void {
  const machine = createMachine(client.state)
  const timeline = createTimeline(history)
  const figures = createFigures()
  const pulse = createChoice('Beats a second', rates, rate, (value) => number(Number(value)))
  panel.append(
    element(
      'header',
      { className: 'card-head' },
      element('h2', {}, 'Connection'),
      element('p', { className: 'quiet' }, 'One stream for everything on this page'),
      createVerbs(),
    ),
    element(
      'div',
      { className: 'overview' },
      machine.drawing,
      element(
        'div',
        { className: 'numbers' },
        figures.list,
        element('div', { className: 'pulse' }, pulse, figures.proof),
      ),
    ),
    timeline.canvas,
  )

  effect(() => {
    badge.state = client.state.value
    history.enter(signOf(client.state.value), Date.now())
  })
  onHappening(({ at, by, what }) => {
    if (by === 'You') history.mark(what, at)
  })
  onTick((now) => {
    machine.tick(now)
    figures.tick(now)
    timeline.tick(now)
  })
  startPulse()
}

/** Those that would change nothing cannot be pressed. */
function createVerbs(): HTMLElement {
  const verb = (name: string, act: () => void) =>
    element('button', {
      type: 'button',
      textContent: name,
      onclick: () => {
        tell({ by: 'You', what: name })
        act()
      },
    })
  const connect = verb('Connect', client.connect)
  const disconnect = verb('Disconnect', client.disconnect)
  const reconnect = verb('Reconnect', client.reconnect)
  effect(() => {
    const { status } = client.state.value
    connect.disabled = status === 'open' || status === 'connecting'
    disconnect.disabled = status === 'paused' || status === 'closed'
    reconnect.disabled = status === 'connecting' || status === 'paused' || status === 'closed'
  })
  return element('div', { className: 'verbs' }, connect, disconnect, reconnect)
}
