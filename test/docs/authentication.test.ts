import { type Channel, createSource, SSEClient } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import type { Hub } from 'tidewire/server'
import { expect, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument, type Place } from '../support/document/node.js'
import { fakeTime } from '../support/document/world.js'

type User = { id: string; rooms: readonly string[]; expiresAt: number }
interface AuthHub {
  hub: Hub<Record<string, Record<string, unknown>>>
  sessions: Map<string, User>
}
interface SignedIn {
  client: SSEClient
  refresh(): Promise<void>
}

/** The hub of the page, and a service that gives out tokens which last a minute. */
async function start(place: Place) {
  const { hub, sessions } = await place.load<AuthHub>('auth-hub.ts')
  const service = { refreshes: 0, refuses: false }
  vi.spyOn(console, 'error').mockImplementation(() => {})
  const handler = {
    fetch(request: Request) {
      if (new URL(request.url).pathname === '/_sse') return hub.fetch(request)
      service.refreshes++
      if (service.refuses) return new Response(null, { status: 403 })
      const token = `token-${service.refreshes}`
      sessions.set(token, { id: 'ann', rooms: ['lobby'], expiresAt: Date.now() + 300_000 })
      return new Response(token)
    },
  }
  // In fake time nothing comes over a network.
  if (vi.isFakeTimers()) place.host('http://localhost', handler.fetch)
  else place.serve(toNodeHandler(handler))
  const { client, refresh } = await place.load<SignedIn>('signed-in.ts')
  return { hub, sessions, service, client, refresh }
}

const watched = <E>(channel: Channel<E>) => {
  const heard: unknown[] = []
  channel.on('*', (data) => heard.push(data))
  return Object.assign(heard, { channel })
}

describeDocument(
  'docs/authentication.md',
  {
    async 'channels.ts'({ load }) {
      expect(Object.keys(await load('channels.ts'))).toEqual([])
    },

    async 'signed-in.ts'(place) {
      const { hub, service, client, refresh } = await start(place)
      await refresh()
      const inbox = watched(client.channel('users/ann'))
      await eventually(() => expect(inbox.channel.status.value).toBe('live'))
      await hub.to('users/ann').send('inbox', { text: 'one' })
      await eventually(() => expect(inbox).toHaveLength(1))

      // The token ends while the connection is down.
      const { sessions } = await place.load<AuthHub>('auth-hub.ts')
      sessions.clear()
      place.breakConnections()
      await hub.to('users/ann').send('inbox', { text: 'two' })
      await eventually(() => expect(inbox).toHaveLength(2))
      expect(service.refreshes).toBe(2)

      // Neither works: closed, until somebody signs in.
      sessions.clear()
      service.refuses = true
      place.breakConnections()
      await eventually(() => expect(client.status.value).toBe('closed'))
      expect(client.state.value).toMatchObject({
        reason: 'failed',
        error: { code: 'unauthorized' },
      })
      service.refuses = false
      await refresh()
      client.connect()
      await eventually(() => expect(inbox.channel.status.value).toBe('live'))
      client.close()
    },

    async 'auth-hub.ts'(place) {
      const { hub, sessions } = await place.load<AuthHub>('auth-hub.ts')
      const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
      sessions.set('t', { id: 'ann', rooms: ['lobby'], expiresAt: Date.now() + 60_000 })
      const client = (token?: string) =>
        new SSEClient({
          fetch: hub.fetch,
          headers: token ? { authorization: `Bearer ${token}` } : {},
        })
      const ask = (from: SSEClient, ...names: string[]) =>
        Promise.all(names.map((name) => from.subscribe(name).ready))
      const ann = client('t')
      expect(
        await ask(ann, 'notices', 'users/ann', 'users/bob', 'chat/lobby', 'chat/staff'),
      ).toEqual(['ok', 'ok', 'denied', 'ok', 'denied'])
      const nobody = client()
      expect(await ask(nobody, 'notices', 'users/ann', 'chat/lobby')).toEqual([
        'ok',
        'denied',
        'denied',
      ])
      const forger = client('wrong')
      expect(await ask(forger, 'notices')).toEqual(['closed'])
      expect(forger.state.value).toMatchObject({ error: { code: 'unauthorized', status: 401 } })
      expect(complain).toHaveBeenCalledWith(new Error('A token that is not valid.'))

      const room = watched(ann.channel('chat/lobby'))
      const codes: string[] = []
      room.channel.on('error', ({ code }) => codes.push(code))
      await eventually(() => expect(room.channel.status.value).toBe('live'))
      hub.revoke('chat/lobby', 'ann')
      await eventually(() => expect(codes).toEqual(['revoked']))
      expect(room.channel.status.value).toBe('denied')
      expect(ann.channel('users/ann').status.value).toBe('live')
      for (const one of [ann, nobody, forger]) one.close()
    },

    async 'keep-fresh.ts'(place) {
      // Of the hub's timers, too.
      fakeTime('performance')
      const { hub, service, client, refresh } = await start(place)
      await refresh()
      const statuses = new Set<string>()
      const inbox = watched(client.channel('users/ann'))
      await place.until(() => inbox.channel.status.value === 'live')
      inbox.channel.status.subscribe((status) => statuses.add(status))
      client.status.subscribe((status) => statuses.add(status))
      const { keepFresh } = await place.load<{ keepFresh(): () => void }>('keep-fresh.ts')
      const stop = keepFresh()
      // Beyond the end of the first three tokens.
      for (let minute = 1; minute <= 16; minute++) {
        await vi.advanceTimersByTimeAsync(60_000)
        await hub.to('users/ann').send('inbox', { minute })
        await place.until(() => inbox.length === minute)
      }
      expect(inbox).toHaveLength(16)
      expect(service.refreshes).toBe(5)
      expect(
        [...statuses].filter((status) => !['live', 'open', 'resuming'].includes(status)),
      ).toEqual([])
      expect(hub.connectionCount).toBe(1)

      // Nobody refreshes: at the end of the token the channel is taken back.
      stop()
      await vi.advanceTimersByTimeAsync(310_000)
      await place.until(() => inbox.channel.status.value === 'denied')
      expect(inbox.channel.error.value).toMatchObject({ code: 'revoked' })
      client.close()
    },
  },
  {
    async 'reconnect() after signing in asks the rules again'(place) {
      const { client, refresh } = await start(place)
      const inbox = watched(client.channel('users/ann'))
      const notices = watched(client.channel('notices'))
      // Without a token the header is "Bearer ", which names nobody.
      await eventually(() => expect(inbox.channel.status.value).toBe('denied'))
      expect(notices.channel.status.value).toBe('live')
      await refresh()
      client.reconnect()
      await eventually(() => expect(inbox.channel.status.value).toBe('live'))
      client.close()
    },

    async 'sources that have the same onUnauthorized share one refresh'(place) {
      const { hub, service, refresh } = await start(place)
      hub.channel('x')
      let token = 'old'
      const onUnauthorized = async () => {
        await refresh()
        token = `token-${service.refreshes}`
      }
      const headers = () => ({ authorization: `Bearer ${token}` })
      const sources = Array.from({ length: 5 }, (_none, n) =>
        createSource(`/_sse?channel=notices&n=${n}`, { headers, onUnauthorized }),
      )
      for (const source of sources) source.on('*', () => {})
      await eventually(() =>
        expect(sources.map(({ status }) => status.value)).toEqual(Array(5).fill('open')),
      )
      expect(service.refreshes).toBe(1)
      for (const source of sources) source.close()
    },
  },
)
