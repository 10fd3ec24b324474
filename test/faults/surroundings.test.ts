/** What the fault harness puts around a program: a page, a count of listeners, endpoints. */
import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test } from 'vitest'
import {
  createReplayingEndpoint,
  installPage,
  settle,
  watchSignalListeners,
} from '../support/faults/index.js'

const globals = ['document', 'navigator', 'addEventListener', 'removeEventListener'] as const

test('a page is there until it is taken away', () => {
  const before = globals.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))
  const page = installPage({ online: false, visible: false, baseURI: 'https://b.example/' })
  expect([navigator.onLine, document.visibilityState, document.hidden, document.baseURI]).toEqual([
    false,
    'hidden',
    true,
    'https://b.example/',
  ])
  page.restore()
  expect(globals.map((name) => Object.getOwnPropertyDescriptor(globalThis, name))).toEqual(before)
})

test('a page tells what becomes of it, and knows who listens', () => {
  const page = installPage()
  onTestFinished(page.restore)
  const told: string[] = []
  const note = ({ type }: Event) =>
    void told.push(`${type} ${navigator.onLine} ${document.visibilityState}`)
  const leaver = new AbortController()
  for (const type of ['online', 'offline', 'pageshow']) addEventListener(type, note)
  document.addEventListener('visibilitychange', note)
  document.addEventListener('resume', note, { once: true })
  document.addEventListener('freeze', note, { signal: leaver.signal })
  expect(page.listeners).toBe(6)
  page.goOffline()
  page.goOnline()
  page.hide()
  page.show()
  page.dispatch('pageshow')
  page.dispatch('resume')
  page.dispatch('resume')
  expect(told).toEqual([
    'offline false visible',
    'online true visible',
    'visibilitychange true hidden',
    'visibilitychange true visible',
    'pageshow true visible',
    'resume true visible',
  ])
  expect(page.listeners).toBe(5)
  leaver.abort()
  for (const type of ['online', 'offline', 'pageshow']) removeEventListener(type, note)
  document.removeEventListener('visibilitychange', note)
  expect(page.listeners).toBe(0)
})

test('listeners on signals are counted while they could still be called', () => {
  const listeners = watchSignalListeners()
  onTestFinished(listeners.restore)
  const one = new AbortController()
  const other = new AbortController()
  const listen = () => {}
  one.signal.addEventListener('abort', listen)
  one.signal.addEventListener('abort', listen)
  other.signal.addEventListener('abort', listen, { once: true })
  new EventTarget().addEventListener('abort', listen)
  expect(listeners.count).toBe(2)
  other.abort()
  expect(listeners.count).toBe(1)
  other.signal.addEventListener('abort', listen)
  one.signal.removeEventListener('abort', listen)
  expect(listeners.count).toBe(0)
  expect(getEventListeners(one.signal, 'abort')).toEqual([])
})

test('an endpoint that remembers sends what follows an id, and then what comes', async () => {
  const endpoint = createReplayingEndpoint()
  endpoint.send({ data: 'a' })
  endpoint.send({ type: 'note', data: 'b' })
  const ask = async (headers: HeadersInit = {}) => {
    const { body } = await endpoint.fetch(new Request('https://a.example/', { headers }))
    return body?.pipeThrough(new TextDecoderStream()).getReader()
  }
  const back = await ask({ 'last-event-id': '1' })
  const fresh = await ask()
  await settle()
  endpoint.send({ data: 'c' })
  expect((await back?.read())?.value).toBe('event: note\nid: 2\ndata: b\n\n')
  expect((await back?.read())?.value).toBe('id: 3\ndata: c\n\n')
  expect((await fresh?.read())?.value).toBe('id: 3\ndata: c\n\n')
  expect([endpoint.open, endpoint.asked]).toEqual([2, ['1', undefined]])
  await back?.cancel()
  expect(endpoint.open).toBe(1)
  endpoint.end()
  expect((await fresh?.read())?.done).toBe(true)
  expect(endpoint.open).toBe(0)
})

test('from the earliest event, who comes without an id gets everything', async () => {
  const endpoint = createReplayingEndpoint({ earliest: true })
  endpoint.send({ data: 'a' })
  endpoint.send({ data: 'b' })
  const asking = endpoint.fetch(new Request('https://a.example/'))
  endpoint.end()
  expect(await (await asking).text()).toBe('id: 1\ndata: a\n\nid: 2\ndata: b\n\n')
})
