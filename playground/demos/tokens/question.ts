/** What was asked last, and how an answer grows. */
import { type Message, signal } from 'tidewire'
import type { AnswerEvents } from '../../contract.js'

/** Counted, so that the same prompt can be asked again. */
export const question = signal<{ readonly prompt: string; readonly n: number } | null>(null)

export interface Answer {
  readonly text: string
  readonly tokens: number
}

export const silence: Answer = { text: '', tokens: 0 }

/** A reducer for a fold. */
export function grow(answer: Answer, message: Message<AnswerEvents>): Answer {
  if (message.type !== 'delta') return answer
  return { text: answer.text + message.data.text, tokens: answer.tokens + 1 }
}
