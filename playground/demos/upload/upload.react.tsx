/** The progress of an upload in React, as the server counts it. */
import { useChannel, useSignalValue } from 'tidewire/react'
import { upload } from './sending.js'

export function Upload() {
  const name = useSignalValue(upload)
  // From the first event, whichever comes first: the hub's answer or the server's first word.
  const { latestOf, status, error } = useChannel(name, { replay: 'earliest' })
  const { percent = 0, message = 'Waiting' } = latestOf('progress')?.data ?? {}
  const shown = latestOf('complete') ? 100 : percent

  return (
    <>
      <header>
        <h3>{name ?? 'upload/:id'}</h3>
        <status-badge channel={status} />
      </header>
      <progress max={100} value={shown} aria-label="Upload" />
      <p className="facts">
        {name ? `${shown} % · ${error?.message ?? message}` : 'Nothing sent yet'}
      </p>
    </>
  )
}
