/** A connection status without a framework, with a live countdown. */
import { type ConnectionState, effect, type SSEClient } from 'tidewire'

/** Draws into `place`. Returns what ends that. */
export function mountConnectionStatus(
  place: HTMLElement,
  { state, connect, reconnect }: Pick<SSEClient, 'state' | 'connect' | 'reconnect'>,
): () => void {
  const box = document.createElement('div')
  const text = document.createElement('span')
  const button = document.createElement('button')
  box.className = 'connection-status'
  box.append(text, button)
  place.append(box)

  // Runs when the state changes, never for an event.
  const stop = effect(() => {
    const now = state.value
    const isOver = now.status === 'closed' || now.status === 'paused'
    box.dataset.status = now.status
    button.textContent = isOver ? 'Connect' : 'Try now'
    button.onclick = isOver ? connect : reconnect
    button.hidden = !isOver && now.status !== 'waiting'
    if (now.status !== 'waiting' || now.offline) {
      text.textContent = inWords(now)
      return
    }
    const count = () => {
      const left = Math.max(0, Math.ceil((now.retryAt - Date.now()) / 1000))
      text.textContent = `${inWords(now)} Next attempt in ${left} s`
    }
    count()
    const timer = setInterval(count, 250)
    return () => clearInterval(timer)
  })
  return () => {
    stop()
    box.remove()
  }
}

function inWords(state: ConnectionState): string {
  switch (state.status) {
    case 'idle':
      return 'Not connected'
    case 'connecting':
      return state.attempt ? `Reconnecting, attempt ${state.attempt}` : 'Connecting'
    case 'open':
      return 'Live'
    case 'waiting':
      return state.offline ? 'You are offline' : 'Connection lost.'
    case 'paused':
      return state.reasons.includes('user') ? 'Disconnected' : 'Asleep'
    case 'closed':
      return state.error?.status === 401 ? 'Signed out' : 'Closed'
  }
}
