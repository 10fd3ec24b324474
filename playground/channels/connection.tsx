/** The one connection in detail, and every channel over it. */
import type { ChannelStatus, ReadonlySignal } from 'tidewire'
import { useConnection, useSignalValue } from 'tidewire/react'
import { attemptText, errorText, nextTry } from '../chrome/words.js'
import { useLast } from '../panels/use-last.js'
import { client, room } from './client.js'

export function ConnectionPanel() {
  const { state, error, connect, disconnect, reconnect } = useConnection()
  const lastError = useLast(error)
  return (
    <>
      <header>
        <h2>Connection</h2>
        <code>useConnection()</code>
        <status-badge state={state} />
      </header>
      <div className="verbs">
        <button type="button" onClick={connect}>
          Connect
        </button>
        <button type="button" onClick={disconnect}>
          Disconnect
        </button>
        <button type="button" onClick={reconnect}>
          Reconnect
        </button>
      </div>
      <dl>
        <dt>Attempt</dt>
        <dd>{attemptText(state)}</dd>
        <dt>Next try in</dt>
        <dd>
          <time-left until={nextTry(state)} />
        </dd>
        <dt>Last error</dt>
        <dd className="error">{errorText(lastError)}</dd>
      </dl>
      <Channels />
    </>
  )
}

function Channels() {
  const shown = useSignalValue(room)
  const channels = [
    client.channel(`chat/${shown}`),
    client.channel(`presence/${shown}`),
    client.channel('dashboard/metrics'),
    client.channel('notifications'),
    client.channel('notifications/crew'),
    client.channel('notifications/captain'),
  ]
  return (
    <ul className="rows" aria-label="Channels">
      {channels.map(({ name, status }) => (
        <li key={name}>
          <span>{name}</span>
          <ChannelBadge status={status} />
        </li>
      ))}
    </ul>
  )
}

/** Observing a status joins nothing. */
function ChannelBadge({ status }: { status: ReadonlySignal<ChannelStatus> }) {
  return <status-badge channel={useSignalValue(status)} />
}
