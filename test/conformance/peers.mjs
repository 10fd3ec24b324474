/** The other clients as contestants, each with its defaults. Plain JavaScript, since the peers may not be installed where types are checked. */
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as PonyfillEventSource } from 'eventsource'
import { createEventSource } from 'eventsource-client'

/** Types that the rows send; a client of the standard hears only what it asked for. */
const TYPES = ['message', 'tick', 'Tick']

/** @returns {import('./contestant.js').Connect} */
const standard = (construct) => (url, options, listener) => {
  const source = construct(url, options)
  source.onopen = () => listener.open()
  source.onerror = () => {
    listener.error()
    if (source.readyState === 2) listener.closed()
  }
  for (const type of TYPES)
    source.addEventListener(type, (event) =>
      listener.event(event.type, event.data, event.lastEventId),
    )
  return () => source.close()
}

/** @type {Record<string, import('./contestant.js').Connect>} */
export const peers = {
  native: standard((url) => new EventSource(url)),

  // It has no options for a request, but takes a fetch.
  eventsource: standard(
    (url, { method, body, headers }) =>
      new PonyfillEventSource(url, {
        fetch: (input, init) =>
          fetch(input, { ...init, method, body, headers: { ...init.headers, ...headers } }),
      }),
  ),

  'eventsource-client'(url, { method, body, headers }, listener) {
    const source = createEventSource({
      url,
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      onConnect: () => listener.open(),
      onMessage: ({ event, data, id }) => listener.event(event ?? 'message', data, id ?? null),
      onScheduleReconnect: () => listener.error(),
      onDisconnect() {
        if (source.readyState === 'closed') listener.closed()
      },
    })
    return () => source.close()
  },

  'fetch-event-source'(url, { method, body, headers }, listener) {
    const controller = new AbortController()
    fetchEventSource(url, {
      ...(method && { method }),
      ...(body && { body }),
      ...(headers && { headers }),
      signal: controller.signal,
      // Else it closes in a page that nobody sees, as that of the table.
      openWhenHidden: true,
      onmessage: ({ event, data, id }) => listener.event(event || 'message', data, id),
      onclose: () => listener.closed(),
      onerror: () => listener.error(),
    }).then(
      () => listener.closed(),
      () => listener.closed(),
    )
    return () => controller.abort()
  },
}
