/** What happened, newest first, so that a person sees what a button did. */

import type { Sign } from '../elements/signs.js'
import { StatusBadge } from '../elements/status-badge.js'
import { element } from '../page/element.js'
import { clock } from '../page/words.js'
import { type Happening, onHappening } from './happenings.js'

const ROWS = 200

export function mountLog(list: HTMLElement, clear: HTMLButtonElement): void {
  // It scrolls by itself, so the keyboard must reach it.
  list.tabIndex = 0
  onHappening((happening) => {
    list.prepend(row(happening))
    while (list.childElementCount > ROWS) list.lastElementChild?.remove()
    clear.disabled = false
  })
  clear.onclick = () => {
    list.replaceChildren()
    clear.disabled = true
  }
}

function row({ at, by, what, detail, sign }: Happening): HTMLElement {
  return element(
    'li',
    { data: { by } },
    element('time', {}, clock(at)),
    element(
      'p',
      {},
      sign
        ? badge(sign as Sign, what)
        : element('strong', {}, by === 'You' ? `You: ${what}` : what),
      ...(by && by !== 'You' ? [' ', element('span', { className: 'by' }, by)] : []),
      ...(detail ? [' ', element('span', { className: 'detail' }, detail)] : []),
    ),
  )
}

function badge(sign: Sign, word: string): StatusBadge {
  const made = new StatusBadge()
  made.show(sign, word)
  return made
}
