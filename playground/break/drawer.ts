/** The drawer with everything that can be broken. */
import { signal } from 'tidewire'
import { client } from '../connection/client.js'
import { network } from '../connection/network.js'
import { room } from '../demos/chat/room.js'
import { loadRole, role } from '../demos/notifications/role.js'
import { tell, tellRefusal } from '../log/happenings.js'
import { element } from '../page/element.js'
import { call } from '../page/visitor.js'
import { createFaultButton } from './fault-button.js'
import { type FaultCard, groups } from './faults.js'
import { obstacle } from './reach.js'
import { createStory } from './story.js'
import { toggleOf } from './toggles.js'
import { startTrial, type Trial } from './trial.js'

export function mountDrawer(drawer: HTMLElement): void {
  const story = createStory()
  const crew = client.channel('notifications/crew')
  /** Under way. */
  const running = signal<Trial | undefined>(undefined)

  function press(fault: FaultCard) {
    const toggle = toggleOf(fault)
    if (toggle?.isOn.peek()) {
      tell({ by: 'You', what: fault.undo ?? fault.name })
      running.peek()?.undo(fault)
      return toggle.set(false)
    }
    tell({ by: 'You', what: fault.name })
    running.peek()?.stop()
    story.begin(fault)
    running.value = startTrial(fault, (words, isOver) => {
      story.happened(words, isOver)
      if (isOver) running.value = undefined
    })
    if (toggle) toggle.set(true)
    else call('break', { fault: fault.id, room: room.peek() }).then(loadRole).catch(tellRefusal)
  }

  const createButton = (fault: FaultCard) =>
    createFaultButton(fault, {
      story,
      obstacle: () =>
        obstacle(fault, {
          state: client.state.value,
          isOffline: network.isOffline.value,
          role: role.value,
          isCrewHeard: crew.status.value === 'live',
          isBusy: !!running.value && !running.value.fault.undo,
        }),
      isRunning: () => running.value?.fault === fault,
      press: () => press(fault),
    })

  drawer.append(
    ...groups.map(({ name, faults }) =>
      element(
        'div',
        { role: 'group', ariaLabel: name },
        element('h3', {}, name),
        element('div', { className: 'faults' }, ...faults.map(createButton)),
      ),
    ),
    story.box,
  )
}
