/** The token stream: a prompt goes out with POST, the answer comes back piece by piece. */
import { createSource, effect } from 'tidewire'
import { follow } from './chrome/connection-log.js'
import type { StatusBadge } from './chrome/status-badge.js'
import type { AnswerEvents } from './contract.js'
import { connection } from './session.js'

interface Answer {
  readonly text: string
  readonly tokens: number
  /** `performance.now()` at the first token and at the last one. */
  readonly began: number
  readonly latest: number
}

const empty: Answer = { text: '', tokens: 0, began: 0, latest: 0 }

export function mountAnswer(form: HTMLFormElement): void {
  const prompt = form.querySelector('input')!
  const stop = form.querySelector<HTMLButtonElement>('[data-part="stop"]')!
  const badge = form.querySelector<StatusBadge>('status-badge')!
  const output = form.querySelector('output')!
  const speed = form.querySelector('[data-part="speed"]')!
  let forget = () => {}

  form.onsubmit = (submitted) => {
    submitted.preventDefault()
    forget()
    forget = ask(prompt.value)
  }

  function ask(prompt: string): () => void {
    const source = createSource<AnswerEvents>('/api/answer', {
      ...connection,
      body: { prompt },
    })
    const answer = source.fold(empty, (answer, message) =>
      message.type === 'delta' ? grown(answer, message.data.text) : answer,
    )
    const stops = [
      follow('Tokens', source),
      effect(() => {
        output.textContent = answer.value.text
        speed.textContent = speedText(answer.value)
        output.scrollTop = output.scrollHeight
      }),
      effect(() => {
        const state = source.state.value
        const running = state.status !== 'closed'
        badge.state = state
        stop.disabled = !running
        output.ariaBusy = String(running)
      }),
      source.close,
    ]
    stop.onclick = source.close
    return () => {
      for (const stop of stops) stop()
    }
  }
}

function grown({ text, tokens, began }: Answer, delta: string): Answer {
  const now = performance.now()
  return { text: text + delta, tokens: tokens + 1, began: began || now, latest: now }
}

function speedText({ tokens, began, latest }: Answer): string {
  const elapsed = (latest - began) / 1000
  const rate = elapsed > 0 ? (tokens - 1) / elapsed : 0
  return `${tokens} tokens · ${rate.toFixed(1)} tokens/s`
}
