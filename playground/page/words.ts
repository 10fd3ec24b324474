/** States, errors and quantities in words. */
import type { ConnectionState, SSEError } from 'tidewire'

export const NOTHING = '—'

/** What a sign shows: the status, save that a connection that failed says so. */
export function signOf(state: ConnectionState): ConnectionState['status'] | 'failed' {
  return state.status === 'closed' && state.reason === 'failed' ? 'failed' : state.status
}

export function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1)
}

/** What there is to say beside the status. */
export function detailOf(state: ConnectionState): string {
  switch (state.status) {
    case 'connecting':
      return state.attempt ? `attempt ${state.attempt}` : ''
    case 'waiting':
      if (state.offline) return 'offline'
      return `${state.attempt ? `attempt ${state.attempt}` : 'as planned'}, in ${seconds(state.retryAt - Date.now())}`
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

export function errorText(error: SSEError): string {
  const code = error.status ? `${error.code} ${error.status}` : error.code
  // Where it was asked is no news on this page.
  return `${code} · ${error.message.replaceAll(/http:\/\/[^/ ]+/g, '')}`
}

export function seconds(milliseconds: number): string {
  return `${(Math.max(0, milliseconds) / 1000).toFixed(1)} s`
}

/** As a clock shows it: `3:07`, `1:02:10`. */
export function duration(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000))
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const [first = 0, ...rest] = parts[0] ? parts : parts.slice(1)
  return [first, ...rest.map((part) => String(part).padStart(2, '0'))].join(':')
}

const grouped = new Intl.NumberFormat('en')

export const number = (value: number): string => grouped.format(value)

export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const kilobytes = bytes / 1024
  if (kilobytes < 1000) return `${kilobytes.toFixed(kilobytes < 10 ? 1 : 0)} KB`
  return `${(kilobytes / 1024).toFixed(1)} MB`
}

const timeOfDay = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
  hourCycle: 'h23',
})

/** The time of day of a `Date.now()`. */
export const clock = (at: number): string => timeOfDay.format(at)

export function metres(value: number | undefined): string {
  return value === undefined ? NOTHING : `${value.toFixed(2)} m`
}

/** `1 stream`, `2 streams`. */
export function plural(count: number, word: string): string {
  return `${number(count)} ${word}${count === 1 ? '' : 's'}`
}
