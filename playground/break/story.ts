/** The box that tells of one fault: the one under the pointer or in focus, else the last one pressed. */
import { announce } from '../page/announcer.js'
import { element, write } from '../page/element.js'
import type { FaultCard } from './faults.js'

export interface Story {
  readonly box: HTMLElement
  /** What is to be expected of a fault; `obstacle` says why it cannot act. */
  preview(fault: FaultCard, obstacle: string | undefined): void
  /** Back to the last one pressed. */
  recall(): void
  /** A fault was pressed. */
  begin(fault: FaultCard): void
  /** What came of it so far, or in the end. */
  happened(words: string, isOver: boolean): void
}

export function createStory(): Story {
  const name = element('strong', {}, 'Pick something to break')
  const expect = element('p', {}, 'Each button says here what to expect, and then what happened.')
  const result = element('p', { className: 'happened' })
  let last: FaultCard | undefined

  function preview(fault: FaultCard, obstacle: string | undefined) {
    // What was pressed last is in its own way: its story is better than that.
    const isInTheWay = obstacle !== undefined && fault !== last
    write(name, fault.name)
    write(expect, isInTheWay ? obstacle : fault.expect)
    expect.toggleAttribute('data-obstacle', isInTheWay)
    result.hidden = fault !== last
  }

  function recall() {
    if (last) preview(last, undefined)
  }

  return {
    box: element('div', { className: 'story' }, name, expect, result),
    preview,
    recall,
    begin(fault) {
      last = fault
      write(result, '')
      result.toggleAttribute('data-over', false)
      recall()
    },
    happened(words, isOver) {
      // Without its figures, which are not final.
      write(result, isOver ? words : `${words.split('. ')[0]}…`)
      result.toggleAttribute('data-over', isOver)
      if (isOver) announce(words)
    },
  }
}
