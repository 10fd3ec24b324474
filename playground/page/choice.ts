/** One of a few: radio buttons that look like one control. */
import { effect, type Signal } from 'tidewire'
import { element } from './element.js'

let choices = 0

/** `words` gives what is shown for a value, where that is not the value itself. */
export function createChoice<T extends string>(
  label: string,
  values: readonly T[],
  chosen: Signal<T>,
  words: (value: T) => Node | string = (value) => value,
): HTMLFieldSetElement {
  const name = `choice-${++choices}`
  const inputs = values.map((value) =>
    element('input', {
      type: 'radio',
      name,
      value,
      onchange: () => {
        chosen.value = value
      },
    }),
  )
  effect(() => {
    for (const input of inputs) input.checked = input.value === chosen.value
  })
  return element(
    'fieldset',
    { className: 'choice' },
    element('legend', {}, label),
    ...values.map((value, index) =>
      element(
        'label',
        {},
        inputs[index] ?? '',
        element('span', { className: 'word' }, words(value)),
      ),
    ),
  )
}
