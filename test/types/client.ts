/** The client as programs without a contract use it: every name, every type, payloads `unknown`; or a map of its own. */
import {
  type Channel,
  createSource,
  type Message,
  SSEClient,
  type SSEEventListener,
  type UntypedChannels,
  type UntypedEvents,
} from 'tidewire'
import { createHub } from 'tidewire/server'
import { type Equal, is } from './equal.js'

declare const anyName: string
type IsAny<T> = 0 extends 1 & T ? true : false

export function untyped() {
  const client = new SSEClient()
  is<Equal<typeof client, SSEClient<UntypedChannels>>>()
  const channel = client.channel(anyName)
  is<Equal<typeof channel, Channel<UntypedEvents>>>()
  client.channel('users/1/extra')
  client.subscribe(`users/${anyName}`).on('x', (data, message) => {
    is<Equal<typeof data, unknown>>()
    is<Equal<IsAny<typeof message>, false>>()
    is<Equal<typeof message.id, string>>()
  })
  channel.on('alert', (data: { level: string }) => data.level)
  channel.on('error', (error) => is<Equal<IsAny<typeof error>, false>>())
  channel.on('*', (data, message) => {
    is<Equal<typeof data, unknown>>()
    is<Equal<typeof message, Message>>()
  })
  // @ts-expect-error unknown is not any
  channel.on('alert', (data) => data.level)
  // @ts-expect-error a pattern is not a name, whoever declares it
  client.channel('users/:id')
  // An untyped client takes any hub's fetch.
  new SSEClient({ fetch: createHub().fetch })
  createSource('/e').on('tick', (data) => is<Equal<typeof data, unknown>>())
}

export function own() {
  interface Alerts {
    alert: { level: 'info' | 'warning'; message: string }
  }
  interface Channels {
    notifications: Alerts
    'users/:id': { message: { text: string } }
  }
  const client = new SSEClient<Channels>()
  client.subscribe('notifications').on('alert', ({ message }) => message.trim())
  const listener: SSEEventListener<Alerts['alert']> = ({ level }) => level
  client.channel('notifications').on('alert', listener)
  client.channel('users/1').on('message', ({ text }) => text.trim())
  // @ts-expect-error no channel of this map
  client.channel('users')
  // @ts-expect-error no event of this channel
  client.channel('users/1').on('alert', () => {})
}

export function loose() {
  type Anything = Record<string, Record<string, unknown>>
  const subscription = new SSEClient<Anything>().subscribe('whatever')
  subscription.on('alert', (data) => is<Equal<typeof data, unknown>>())
  subscription.on('alert', (data: { level: string }) => data.level)
}
