/** Tidewire as a contestant. It tells of every event, so it needs no list of types. */
import { createSource, effect } from '../../src/index.js'
import type { Connect } from './contestant.js'

export const connectTidewire: Connect = (url, { method, body, headers, silence }, listener) => {
  const source = createSource(url, {
    parse: 'text',
    method,
    body,
    headers,
    ...(silence === undefined ? {} : { heartbeatTimeout: silence }),
  })
  source.on('*', (data, { type, id }) => listener.event(type, String(data), id))
  const stop = effect(() => {
    const state = source.state.value
    if (state.status === 'open') listener.open()
    if (state.status === 'waiting') listener.error()
    if (state.status === 'closed') listener.closed()
  })
  return () => {
    stop()
    source.close()
  }
}
