/** The drawer with everything that can be broken: what to expect of it, and what happened. */
import { effect, signal } from 'tidewire'
import { client } from '../connection/client.js'
import { network } from '../connection/network.js'
import { room } from '../demos/chat/room.js'
import { loadRole, role } from '../demos/notifications/role.js'
import { tell, tellRefusal } from '../log/happenings.js'
import { announce } from '../page/announcer.js'
import { element, write } from '../page/element.js'
import { call } from '../page/visitor.js'
import { type FaultCard, groups } from './faults.js'
import { obstacle } from './reach.js'
import { startTrial, type Trial } from './trial.js'

const toggles = {
  offline: { isOn: network.isOffline, set: network.setOffline },
  slow: { isOn: network.isSlow, set: network.setSlow },
}

const crew = client.channel('notifications/crew')

const toggleOf = ({ id }: FaultCard) =>
  id === 'offline' || id === 'slow' ? toggles[id] : undefined

export function mountDrawer(drawer: HTMLElement): void {
  const story = createStory()
  /** Under way. */
  const running = signal<Trial | undefined>(undefined)

  function press(fault: FaultCard) {
    const toggle = toggleOf(fault)
    const isUndone = toggle?.isOn.peek()
    tell({ by: 'You', what: isUndone ? (fault.undo ?? '') : fault.name })
    if (isUndone) running.peek()?.undo(fault)
    else {
      running.peek()?.stop()
      story.begin(fault)
      running.value = startTrial(fault, (words, isOver) => {
        story.happened(words, isOver)
        if (isOver) running.value = undefined
      })
    }
    if (toggle) toggle.set(!isUndone)
    else call('break', { fault: fault.id, room: room.peek() }).then(loadRole).catch(tellRefusal)
  }

  for (const { name, faults } of groups)
    drawer.append(
      element(
        'div',
        { className: 'fault-group', role: 'group', ariaLabel: name },
        element('h3', {}, name),
        element('div', { className: 'faults' }, ...faults.map((fault) => createButton(fault))),
      ),
    )
  drawer.append(story.box)

  function createButton(fault: FaultCard): HTMLElement {
    const hint = element('span', { id: `expect-${fault.id}`, hidden: true }, fault.expect)
    const word = element('span', {}, fault.name)
    const button = element('button', { type: 'button', data: { fault: fault.id } }, word)
    button.setAttribute('aria-describedby', hint.id)
    const why = () =>
      obstacle(fault, {
        state: client.state.value,
        isOffline: network.isOffline.value,
        role: role.value,
        isCrewHeard: crew.status.value === 'live',
        isBusy: running.value !== undefined && toggleOf(running.value.fault) === undefined,
      })
    effect(() => {
      const isOn = toggleOf(fault)?.isOn.value ?? false
      const reason = why()
      // Not `disabled`: a button that says why it cannot act must be reachable.
      button.ariaDisabled = reason ? 'true' : null
      button.ariaPressed = toggleOf(fault) ? String(isOn) : null
      button.toggleAttribute('data-running', running.value?.fault === fault)
      write(word, isOn ? (fault.undo ?? '') : fault.name)
      write(hint, reason ?? fault.expect)
      if (story.shown.peek() === fault && !running.peek()) story.preview(fault, reason)
    })
    const preview = () => story.preview(fault, why())
    button.onpointerenter = preview
    button.onfocus = preview
    button.onpointerleave = story.recall
    button.onblur = story.recall
    button.onclick = () => {
      if (!why()) press(fault)
    }
    return element('span', {}, button, hint)
  }
}

/** The box that tells of one fault: the one under the pointer, else the last one pressed. */
function createStory() {
  const shown = signal<FaultCard | undefined>(undefined)
  const name = element('strong', {}, 'Pick something to break')
  const expect = element('p', {}, 'Each button says here what to expect, and then what happened.')
  const result = element('p', { className: 'happened' })
  let last: { readonly fault: FaultCard; words: string; isOver: boolean } | undefined

  function show(fault: FaultCard, sentence: string, isObstacle: boolean) {
    shown.value = fault
    write(name, fault.name)
    write(expect, sentence)
    expect.toggleAttribute('data-obstacle', isObstacle)
    result.hidden = last?.fault !== fault
  }

  const recall = () => {
    if (last) show(last.fault, last.fault.expect, false)
  }

  return {
    shown,
    box: element('div', { className: 'story' }, name, expect, result),
    preview(fault: FaultCard, reason: string | undefined) {
      show(fault, reason ?? fault.expect, reason !== undefined && last?.fault !== fault)
    },
    recall,
    begin(fault: FaultCard) {
      last = { fault, words: '', isOver: false }
      write(result, '')
      result.toggleAttribute('data-over', false)
      recall()
    },
    happened(words: string, isOver: boolean) {
      if (!last) return
      Object.assign(last, { words, isOver })
      write(result, isOver ? words : `${words.split('. ')[0]}…`)
      result.toggleAttribute('data-over', isOver)
      if (isOver) announce(words)
    },
  }
}
