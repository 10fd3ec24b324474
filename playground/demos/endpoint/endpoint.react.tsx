/** One endpoint in React, and without a hub: two components with the same address share one stream. */
import { useEffect } from 'react'
import { useFold, useSSE } from 'tidewire/react'
import type { LiveEvents } from '../../contract.js'
import { followConnection } from '../../log/follow.js'
import { metres } from '../../page/words.js'
import { plainOptions } from '../plain-options.js'
import { countPosition, levels, noPositions, notes, proof } from './positions.js'

const url = '/api/events/react'

export function Endpoint() {
  const { state, source, connect, disconnect } = useSSE<LiveEvents>(url, plainOptions)
  useEffect(() => followConnection('React', source), [source])
  const isOpen = state.status === 'open'
  return (
    <>
      <header>
        <status-badge state={state} />
        <button type="button" onClick={isOpen ? disconnect : connect}>
          {isOpen ? 'Disconnect' : 'Connect'}
        </button>
      </header>
      <Level />
    </>
  )
}

function Level() {
  const { messages, source } = useSSE<LiveEvents>(url, plainOptions)
  const tally = useFold(source, noPositions, countPosition)
  const values = levels(messages)
  return (
    <>
      <h3>
        Water level<b>{metres(values.at(-1))}</b>
      </h3>
      <spark-line values={values} />
      <ol className="notes">
        {notes(messages).map(({ id, data }) => (
          <li key={id}>{data.text}</li>
        ))}
      </ol>
      <p className="facts tally">{proof(tally)}</p>
    </>
  )
}
