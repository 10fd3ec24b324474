/** States, errors and messages in words. */
import type { ConnectionState, Message, SSEError } from 'tidewire'
import type { LiveEvents } from '../contract.js'

const NOTHING = '—'

/** The word of a badge: the status, save that a connection that failed says so. */
export function statusWord(state: ConnectionState): string {
  if (state.status === 'closed' && state.reason === 'failed') return 'Failed'
  return capitalized(state.status)
}

export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** What a log says beside that word. */
export function statusDetail(state: ConnectionState): string {
  switch (state.status) {
    case 'connecting':
      return state.attempt ? `attempt ${state.attempt}` : ''
    case 'waiting':
      return `attempt ${state.attempt} in ${seconds(state.retryAt - Date.now())}`
    case 'paused':
      return state.reasons.includes('user') ? 'by you' : 'the tab is hidden'
    case 'closed':
      return { user: 'by you', server: 'by the server', failed: '' }[state.reason]
    default:
      return ''
  }
}

export function attemptText(state: ConnectionState): string {
  return 'attempt' in state && state.attempt ? String(state.attempt) : NOTHING
}

/** When the next try begins; undefined where none is planned. */
export function nextTry(state: ConnectionState): number | undefined {
  return state.status === 'waiting' ? state.retryAt : undefined
}

export function errorText(error: SSEError | undefined): string {
  if (!error) return NOTHING
  const code = error.status ? `${error.code} ${error.status}` : error.code
  return `${code} · ${error.message.replaceAll(location.origin, '')}`
}

export function messageText(message: Message<LiveEvents>): string {
  return message.type === 'tick' ? metres(message.data.value) : message.data.text
}

/** The position in an id of the form `<run>.<position>`. */
export function position(id: string): string {
  return id.split('.')[1] ?? ''
}

export function metres(value: number | undefined): string {
  return value === undefined ? NOTHING : `${value.toFixed(2)} m`
}

export function seconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`
}

/** The values of the ticks among the messages: what the line draws. */
export function levels(messages: readonly Message<LiveEvents>[]): number[] {
  return messages.flatMap((message) => (message.type === 'tick' ? [message.data.value] : []))
}
