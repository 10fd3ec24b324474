/** An answer, token by token, in React: a POST whose response grows. */
import { useEffect } from 'react'
import { useFold, useSignalValue, useSSE } from 'tidewire/react'
import type { AnswerEvents } from '../../contract.js'
import { followConnection } from '../../log/follow.js'
import { plainOptions } from '../plain-options.js'
import { grow, question, silence } from './question.js'

export function Answer() {
  const body = useSignalValue(question)
  const { state, source, close } = useSSE<AnswerEvents>(body && '/api/answer', {
    ...plainOptions,
    body,
  })
  const { text, tokens } = useFold(source, silence, grow)
  useEffect(() => (body ? followConnection('React', source) : undefined), [source, body])

  return (
    <>
      <header>
        <status-badge state={body ? state : { status: 'idle' }} />
        <p className="facts">{tokens} tokens</p>
        <button type="button" disabled={!body || state.status === 'closed'} onClick={close}>
          Stop
        </button>
      </header>
      <scroll-end>
        <output aria-label="Answer">{text}</output>
      </scroll-end>
    </>
  )
}
