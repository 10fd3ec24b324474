/** Ways to get the events of an endpoint to a callback, each as its documentation shows it. */
import { fetchEventSource } from '@microsoft/fetch-event-source'
import { EventSource as EventSource5 } from 'eventsource'
import { createEventSource } from 'eventsource-client'
import { createParser } from 'eventsource-parser'
import { createSource, type SourceOptions } from '../../../src/index.js'
import type { Role } from '../support/compare.js'

/** As each of them calls it. Asked for only where it is needed: reading it costs native `EventSource` as much again as the event. */
export interface Identified {
  readonly id?: string | undefined
  readonly lastEventId?: string
}

export const idOf = ({ id, lastEventId }: Identified) => lastEventId ?? id ?? ''

export interface Client<T = string> {
  readonly name: string
  readonly role?: Role
  /** Gives what ends it. */
  receive(url: string, take: (data: T, event: Identified) => void): () => void
}

export const native: Client = {
  name: 'native EventSource',
  receive(url, take) {
    const source = new EventSource(url)
    source.onmessage = (event) => take(event.data, event)
    return () => source.close()
  },
}

export type Texts = { message: string }
export const TEXT: SourceOptions<Texts> = { parse: 'text' }

export const tidewire: Client = {
  name: 'createSource',
  role: 'own',
  receive(url, take) {
    const source = createSource<Texts>(url, TEXT)
    source.on('message', take)
    return () => source.close()
  },
}

export const fetchEvents: Client = {
  name: 'fetch-event-source',
  receive(url, take) {
    const controller = new AbortController()
    fetchEventSource(url, {
      signal: controller.signal,
      openWhenHidden: true,
      onmessage: (event) => take(event.data, event),
    }).catch(reportError)
    return () => controller.abort()
  },
}

export const eventSourceClient: Client = {
  name: 'eventsource-client',
  receive(url, take) {
    const source = createEventSource({ url, onMessage: (event) => take(event.data, event) })
    return () => source.close()
  },
}

export const eventSource5: Client = {
  name: 'eventsource',
  receive(url, take) {
    const source = new EventSource5(new URL(url, location.href).href)
    source.onmessage = (event) => take(event.data, event)
    return () => source.close()
  },
}

/** A parser in a loop of the app's own: no reconnecting, no state, no limits. */
export const parserLoop: Client = {
  name: 'fetch + eventsource-parser',
  receive(url, take) {
    const controller = new AbortController()
    const parser = createParser({ onEvent: (event) => take(event.data, event) })
    readText(url, controller.signal, (text) => parser.feed(text))
    return () => controller.abort()
  },
}

function readText(url: string, signal: AbortSignal, feed: (text: string) => void): void {
  allText(url, signal, feed).catch((error) => {
    if (!signal.aborted) reportError(error)
  })
}

/** Resolves at the end of the body. */
export async function allText(
  url: string,
  signal: AbortSignal | null,
  feed: (text: string) => void,
): Promise<void> {
  const { body } = await fetch(url, { signal, cache: 'no-store' })
  const reader = body?.getReader()
  const decoder = new TextDecoder()
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (!value) return
    feed(decoder.decode(value, { stream: true }))
  }
}

export const clients: readonly Client[] = [
  native,
  tidewire,
  parserLoop,
  fetchEvents,
  eventSourceClient,
  eventSource5,
]

export interface Price {
  readonly p: number
}

export const clientsOfJSON: readonly Client<Price>[] = clients.map((client) =>
  client === tidewire
    ? {
        name: 'createSource',
        role: 'own',
        receive(url, take) {
          const source = createSource<{ message: Price }>(url, { parse: 'json' })
          source.on('message', take)
          return () => source.close()
        },
      }
    : {
        name: `${client.name} + JSON.parse`,
        receive: (url, take) => client.receive(url, (data, event) => take(JSON.parse(data), event)),
      },
)
