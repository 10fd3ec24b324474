/**
 * The server's half of the channel documents, as it is written there: only the import differs, and mounting the endpoint (`sse.boot`)
 * is the app's. Stream utilities have theirs in test/server/streams.seeds.test.ts. Not applicable: installing and booting the package.
 */

// biome-ignore-all lint/nursery/noFloatingPromises: what the documents send is not awaited, and need not be

import { SSEClient } from 'tidewire'
import { expect, onTestFinished, test, vi } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import { hear } from '../support/hub-network.js'
import { ALICE, type AppChannels, createApp } from '../support/seed-app.js'

withFakeTime()

function createClient() {
  const client = new SSEClient<AppChannels>()
  onTestFinished(client.close)
  return client
}

test('quick start, server-side', async () => {
  const { sse } = createApp()
  const userId = 'alice'
  // Define channels
  sse.channel('notifications')
  sse.channel('users/:id', async (ctx, { id }) => {
    return ctx.get('user')?.id === id
  })
  const client = createClient()
  const alerts = hear(client.channel('notifications'))
  const messages = hear(client.channel('users/alice'))
  const others = client.subscribe('users/bob')
  await settle()
  // Broadcast events
  sse.to('notifications').send('alert', {
    level: 'info',
    message: 'System maintenance in 5 minutes',
  })
  sse.to(`users/${userId}`).send('message', {
    text: 'You have a new message',
    from: 'admin',
  })
  await settle()
  expect(alerts).toEqual([{ level: 'info', message: 'System maintenance in 5 minutes' }])
  expect(messages).toEqual([{ text: 'You have a new message', from: 'admin' }])
  expect(await others.ready).toBe('denied')
})

test('configuration options: heartbeat and CORS', async () => {
  const { sse } = createApp({ heartbeat: 30_000, cors: ['https://yourdomain.com'] })
  sse.channel('notifications')
  const ask = (origin: string) =>
    sse.fetch(
      new Request('https://api.example/_sse?channel=notifications', {
        headers: { origin, accept: 'text/event-stream' },
      }),
      { get: () => ALICE },
    )
  const answer = await ask('https://yourdomain.com')
  expect(answer.headers.get('access-control-allow-origin')).toBe('https://yourdomain.com')
  expect((await ask('https://other.example')).status).toBe(403)
  const reader = answer.body?.getReader()
  expect(new TextDecoder().decode((await reader?.read())?.value)).toContain('"heartbeat":30000')
  await reader?.cancel()
})

test('public channel', async () => {
  const { sse, page } = createApp()
  sse.channel('announcements')
  sse.channel('public/news')
  page.user = undefined
  const client = createClient()
  expect(await client.subscribe('announcements').ready).toBe('ok')
  expect(await client.subscribe('public/news').ready).toBe('ok')
})

test('authorized channel with parameters', async () => {
  const { sse, page } = createApp()
  // User-specific channel
  sse.channel('users/:id', async (ctx, { id }) => {
    const user = ctx.get('user')
    return user?.id === id
  })
  // Team-specific channel
  sse.channel('teams/:teamId/updates', async (ctx, { teamId }) => {
    const user = ctx.get('user')
    return user?.teams.includes(teamId) ?? false
  })
  // Role-based channel
  sse.channel('admin/logs', async (ctx) => {
    const user = ctx.get('user')
    return user?.role === 'admin'
  })
  const names = [
    'users/alice',
    'users/bob',
    'teams/blue/updates',
    'teams/red/updates',
    'admin/logs',
  ] as const
  const verdicts = () => {
    const client = createClient()
    return Promise.all(names.map((name) => client.subscribe(name).ready))
  }
  expect(await verdicts()).toEqual(['ok', 'denied', 'ok', 'denied', 'ok'])
  page.user = { ...ALICE, role: 'guest', teams: ['red'], id: 'bob' }
  expect(await verdicts()).toEqual(['denied', 'ok', 'denied', 'ok', 'denied'])
  page.user = undefined
  expect(await verdicts()).toEqual(names.map(() => 'denied'))
})

test('channel with custom configuration', async () => {
  const { sse, page } = createApp()
  sse.channel('live-metrics', {
    authorize: async (ctx) => {
      return ctx.get('user')?.subscription === 'premium'
    },
    heartbeat: 5000, // More frequent heartbeat for live data
  })
  expect(await createClient().subscribe('live-metrics').ready).toBe('ok')
  page.user = { ...ALICE, subscription: 'free' }
  expect(await createClient().subscribe('live-metrics').ready).toBe('denied')
})

test('basic broadcasting', async () => {
  const { sse } = createApp()
  sse.channel('notifications')
  sse.channel('metrics')
  const client = createClient()
  const alerts = hear(client.channel('notifications'))
  const types: string[] = []
  client.channel('metrics').on('*', (_, { type }) => types.push(type))
  const metrics = hear(client.channel('metrics'))
  await settle()
  // Send typed event with data
  sse.to('notifications').send('alert', {
    level: 'warning',
    message: 'Server will restart in 2 minutes',
    timestamp: Date.now(),
  })
  // Send data without event type
  sse.to('metrics').data({
    cpu: 0.75,
    memory: 0.82,
    disk: 0.45,
  })
  await settle()
  expect(alerts).toEqual([
    { level: 'warning', message: 'Server will restart in 2 minutes', timestamp: Date.now() },
  ])
  expect(metrics).toEqual([{ cpu: 0.75, memory: 0.82, disk: 0.45 }])
  expect(types).toEqual(['message'])
})

test('excluding specific clients', async () => {
  const { sse } = createApp()
  sse.channel('chat/:roomId')
  sse.channel('game/lobby')
  const clients = [createClient(), createClient(), createClient()] as const
  const chats = clients.map((client) => hear(client.channel('chat/room1')))
  const lobbies = clients.map((client) => hear(client.channel('game/lobby')))
  await settle()
  const senderId = clients[0].id
  const [player1Id, player2Id] = [clients[1].id, clients[2].id]
  // Broadcast to all except the sender
  sse.to('chat/room1').except(senderId).send('message', {
    user: 'Alice',
    text: 'Hello everyone!',
  })
  // Exclude multiple clients
  sse.to('game/lobby').except(player1Id, player2Id).send('player_joined', { name: 'Bob' })
  await settle()
  expect(chats.map(({ length }) => length)).toEqual([0, 1, 1])
  expect(lobbies.map(({ length }) => length)).toEqual([1, 0, 0])
})

test('channel statistics', async () => {
  const { sse } = createApp()
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  sse.channel('notifications')
  sse.channel('announcements')
  createClient().subscribe('notifications')
  createClient().subscribe('notifications')
  await settle()
  // Get connection count
  console.log(`Active connections: ${sse.connectionCount}`)
  // Get subscribers for a channel
  console.log(`Notification subscribers: ${sse.subscriberCount('notifications')}`)
  // List all active channels
  console.log('Active channels:', sse.activeChannels)
  expect(log.mock.calls).toEqual([
    ['Active connections: 2'],
    ['Notification subscribers: 2'],
    ['Active channels:', ['notifications']],
  ])
})
