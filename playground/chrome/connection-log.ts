/** What happened to the connections, newest first, so that a person sees what a button did. */
import { type ConnectionState, effect, type ReadonlySignal, type SSEError } from 'tidewire'
import { StatusBadge } from './status-badge.js'
import { errorText, statusDetail } from './words.js'

const ROWS = 200

const format = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 1,
  hourCycle: 'h23',
})

/** A time of day; now where no `Date.now()` time is given. */
export const clock = (at?: number) => format.format(at)

/** Writes down every state and every failure, and shows the current state at the top of the page. Returns what ends that. */
export function follow(name: string, { state, error }: Followed): () => void {
  const badge = document.querySelector<StatusBadge>(`#overview [data-of="${name}"]`)
  let lastState: ConnectionState | undefined
  let lastError: SSEError | undefined
  return effect(() => {
    const now = state.value
    const failure = error.value !== lastError ? error.value : undefined
    lastError = error.value
    if (now === lastState && !failure) return
    lastState = now
    if (badge) badge.state = now
    if (now.status === 'idle') return
    const details = [statusDetail(now), failure && errorText(failure)]
    write(name, sign(now), details.filter(Boolean).join(' · '))
  })
}

interface Followed {
  readonly state: ReadonlySignal<ConnectionState>
  readonly error: ReadonlySignal<SSEError | undefined>
}

/** Writes down what somebody did. */
export function writeDeed(who: string, what: string, detail = ''): void {
  const deed = document.createElement('strong')
  deed.textContent = what
  write(who, deed, detail)
}

/** Writes down a sign of a status. */
export function write(who: string, what: Element, detail: string): void {
  const list = document.querySelector('#log')
  if (!list) return
  const row = document.createElement('li')
  row.append(cell('time', clock()), cell('who', who), what, cell('detail', detail))
  list.prepend(row)
  while (list.childElementCount > ROWS) list.lastElementChild?.remove()
}

function sign(state: ConnectionState): StatusBadge {
  const badge = new StatusBadge()
  badge.state = state
  return badge
}

function cell(name: string, text: string): HTMLElement {
  const span = document.createElement('span')
  span.className = name
  span.textContent = text
  return span
}
