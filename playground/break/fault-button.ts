/** A button that breaks something: it says what to expect, and where it cannot act it says why. */
import { effect } from 'tidewire'
import { element, write } from '../page/element.js'
import type { FaultCard } from './faults.js'
import type { Story } from './story.js'
import { toggleOf } from './toggles.js'

export interface FaultButtonOptions {
  readonly story: Story
  /** Why it cannot act; undefined where it can. Read in effects. */
  obstacle(): string | undefined
  /** It was pressed, and is not over. Read in effects. */
  isRunning(): boolean
  press(): void
}

export function createFaultButton(
  fault: FaultCard,
  { story, obstacle, isRunning, press }: FaultButtonOptions,
): HTMLElement {
  const toggle = toggleOf(fault)
  const hint = element('span', { id: `expect-${fault.id}`, hidden: true })
  const word = element('span')
  const button = element('button', { type: 'button', data: { fault: fault.id } }, word)
  button.setAttribute('aria-describedby', hint.id)

  effect(() => {
    const isOn = toggle?.isOn.value
    const reason = obstacle()
    // Not `disabled`: a button that says why it cannot act must be reachable.
    button.ariaDisabled = reason ? 'true' : null
    button.ariaPressed = isOn === undefined ? null : String(isOn)
    button.toggleAttribute('data-running', isRunning())
    write(word, (isOn && fault.undo) || fault.name)
    write(hint, reason ?? fault.expect)
    if (button.matches(':is(:hover, :focus-visible)')) story.preview(fault, reason)
  })

  const preview = () => story.preview(fault, obstacle())
  button.onpointerenter = preview
  button.onfocus = preview
  button.onpointerleave = story.recall
  button.onblur = story.recall
  button.onclick = () => {
    if (!obstacle()) press()
  }
  return element('span', {}, button, hint)
}
