/** The React panel: two components call `useSSE` with the same address and share one stream. */
import { StrictMode, useEffect } from 'react'
import { createRoot } from 'react-dom/client'
import { useFold, useSSE } from 'tidewire/react'
import { follow } from '../chrome/connection-log.js'
import {
  attemptText,
  errorText,
  levels,
  messageText,
  metres,
  nextTry,
  position,
} from '../chrome/words.js'
import type { LiveEvents } from '../contract.js'
import { connection } from '../session.js'
import { count, nothing } from '../tally.js'
import { useLast } from './use-last.js'

const url = '/api/events/react'

export function mountReact(panel: HTMLElement): void {
  createRoot(panel).render(
    <StrictMode>
      <Connection />
      <Messages />
    </StrictMode>,
  )
}

function Connection() {
  const { state, error, source, connect, disconnect, reconnect } = useSSE<LiveEvents>(
    url,
    connection,
  )
  const lastError = useLast(error)
  useEffect(() => follow('React', source), [source])
  return (
    <>
      <header>
        <h2>React</h2>
        <code>useSSE()</code>
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
    </>
  )
}

function Messages() {
  const { messages, latest, lastEventId, source } = useSSE<LiveEvents>(url, connection)
  const { received, lost, doubled } = useFold(source, nothing, count)
  const values = levels(messages)
  return (
    <>
      <figure>
        <figcaption>
          Water level <b>{metres(values.at(-1))}</b>
        </figcaption>
        <spark-line values={values} />
      </figure>
      <dl>
        <dt>Last event ID</dt>
        <dd>{lastEventId}</dd>
        <dt>Last message</dt>
        <dd>
          <time-since of={latest} />
        </dd>
      </dl>
      <p className="tally">
        <b>{received}</b> received · <b>{lost}</b> lost · <b>{doubled}</b> doubled
      </p>
      <ol className="messages">
        {messages
          .slice(-6)
          .reverse()
          .map((message) => (
            <li key={message.id}>
              <span>{position(message.id)}</span> <span>{message.type}</span>{' '}
              <span>{messageText(message)}</span>
            </li>
          ))}
      </ol>
    </>
  )
}
