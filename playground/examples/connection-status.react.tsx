/** A connection status for React, with a live countdown. */
import { useEffect, useState } from 'react'
import type { ConnectionState } from 'tidewire'
import { useConnection } from 'tidewire/react'

/** Renders when the state changes, never for an event. */
export function ConnectionStatus() {
  const { state, connect, reconnect } = useConnection()
  const isOver = state.status === 'closed' || state.status === 'paused'
  return (
    <div className="connection-status" data-status={state.status}>
      <span>
        {inWords(state)}
        {state.status === 'waiting' && !state.offline && <Countdown until={state.retryAt} />}
      </span>
      {(isOver || state.status === 'waiting') && (
        <button type="button" onClick={isOver ? connect : reconnect}>
          {isOver ? 'Connect' : 'Try now'}
        </button>
      )}
    </div>
  )
}

/** The only part that follows the clock. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 250)
    return () => clearInterval(timer)
  }, [])
  return <> Next attempt in {Math.max(0, Math.ceil((until - now) / 1000))} s</>
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
