/** The prompt. */
import { element } from '../../page/element.js'
import { question } from './question.js'

export function mountPrompt(bar: HTMLElement): () => void {
  const input = element('input', {
    ariaLabel: 'Prompt',
    required: true,
    maxLength: 400,
    value: 'What happens when the connection is lost?',
  })
  const form = element('form', { className: 'composer' }, input, element('button', {}, 'Ask'))
  form.onsubmit = (submitted) => {
    submitted.preventDefault()
    question.value = { prompt: input.value, n: (question.peek()?.n ?? 0) + 1 }
  }
  bar.append(form)
  return () => {
    question.value = null
  }
}
