/** The API where no contract is registered: every name and type, payloads `unknown`. */
import {
  type Channel,
  channelName,
  createSource,
  type Message,
  SSEClient,
  type UntypedEvents,
} from 'tidewire'
import { useChannel, useChannelEvent, useConnection, useFold, useSSE } from 'tidewire/react'
import { createHub } from 'tidewire/server'
import { useChannel as vueChannel } from 'tidewire/vue'

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <_T extends true>(): void => {}
type IsAny<T> = 0 extends 1 & T ? true : false
declare const anyName: string
export function U() {
  const client = new SSEClient()
  const c = client.channel(anyName)
  is<Equal<typeof c, Channel<UntypedEvents>>>()
  client.channel('users/1/extra')
  client.subscribe(`users/${anyName}`).on('x', (d, m) => {
    is<Equal<typeof d, unknown>>()
    is<Equal<IsAny<typeof m>, false>>()
    is<Equal<typeof m.id, string>>()
  })
  c.on('alert', (d: { level: string }) => d.level)
  c.on('error', (e) => is<Equal<IsAny<typeof e>, false>>())
  c.on('*', (d, m) => {
    is<Equal<typeof d, unknown>>()
    is<Equal<typeof m, Message>>()
  })
  const { latest, messages, latestOf } = useChannel('notifications')
  is<Equal<typeof latest, Message | undefined>>()
  is<Equal<IsAny<(typeof messages)[number]['data']>, false>>()
  latestOf('x')?.data
  useChannelEvent(anyName, 'alert', (d: { level: string }) => d.level)
  useChannelEvent('a', 'alert', (d) => is<Equal<typeof d, unknown>>())
  const n = useFold(c, 0, (n, m) => (m.type === 'x' ? n + 1 : n))
  is<Equal<typeof n, number>>()
  const s = useSSE('/e')
  is<Equal<typeof s.latest, Message | undefined>>()
  useConnection().reconnect()
  vueChannel(() => anyName).latest.value?.data
  const hub = createHub({ identify: () => ({ id: 7 as number }) })
  const h = hub.channel('anything')
  h.send({ type: 'x', data: 1 })
  is<Equal<ReturnType<typeof h.count>, number>>()
  hub.channel('users/:id', ({ principal }, { id }) => {
    is<Equal<typeof id, string>>()
    is<Equal<typeof principal.id, number>>()
    return true
  })
  hub.to('users/7').send('x', { any: 1 })
  hub.to('m').data({ cpu: 1 })
  hub
    .to(channelName('users/:id', { id: 1 }))
    .except('a')
    .send('x', 1)
  void h.send({ type: 'x', data: 1 }).then(({ id }) => is<Equal<typeof id, string>>())
  void hub.to('jobs/7').progress((update) => update(1))
  createSource('/e', { parse: 'text' }).fold('', (t, m) => t + String(m.data))
  // @ts-expect-error unknown is not any
  c.on('alert', (d) => d.level)
  // an untyped client takes a name-only hub's fetch
  new SSEClient({ fetch: hub.fetch })
}

import { useFold as vueFold } from 'tidewire/vue'
export function V() {
  const { channel } = vueChannel('x')
  const n = vueFold(channel, 0, (n, m) => {
    is<Equal<typeof m, Message>>()
    return n + 1
  })
  is<Equal<typeof n.value, number>>()
  const src = createSource('/x')
  const t = vueFold(src, '', (t, m) => t + String(m.data))
  is<Equal<typeof t.value, string>>()
}
