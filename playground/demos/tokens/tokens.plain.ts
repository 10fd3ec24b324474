/** An answer, token by token, without a framework: a POST whose response grows. */
import { createSource, effect } from 'tidewire'
import type { AnswerEvents } from '../../contract.js'
import { followConnection } from '../../log/follow.js'
import { element } from '../../page/element.js'
import { plainOptions } from '../plain-options.js'
import { grow, question, silence } from './question.js'

export function mountAnswer(panel: HTMLElement): () => void {
  const badge = element('status-badge')
  const count = element('p', { className: 'facts' }, '0 tokens')
  const stop = element('button', { type: 'button', disabled: true }, 'Stop')
  const output = element('output', { ariaLabel: 'Answer' })
  panel.append(element('header', {}, badge, count, stop), element('scroll-end', {}, output))
  badge.state = { status: 'idle' }

  return effect(() => {
    if (!question.value) return
    const source = createSource<AnswerEvents>('/api/answer', {
      ...plainOptions,
      body: question.value,
    })
    const answer = source.fold(silence, grow)
    stop.onclick = source.close
    const stops = [
      followConnection('TypeScript', source),
      effect(() => {
        badge.state = source.state.value
        stop.disabled = source.status.value === 'closed'
      }),
      effect(() => {
        output.textContent = answer.value.text
        count.textContent = `${answer.value.tokens} tokens`
      }),
      source.close,
    ]
    return () => {
      for (const stop of stops) stop()
    }
  })
}
