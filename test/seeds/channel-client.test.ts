/**
 * The client's half of the channel documents, as it is written there: only the import differs, and the contract is given to the client,
 * as an app registers it. `EventSource` examples are the browser's own and not applicable; `createSource` is what replaces them, and has tests of its own.
 * Real-world examples: channel-examples.test.ts. Over 250 lines because it is one document.
 */

// biome-ignore-all lint/nursery/noFloatingPromises: what the documents send is not awaited, and need not be

import { SSEClient, type SSEEventListener, type SSESubscription } from 'tidewire'
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { ALICE, type AppChannels, createApp } from '../support/seed-app.js'

withFakeTime()

type Client = SSEClient<AppChannels>
const closing = (client: Client) => {
  onTestFinished(client.close)
  return client
}

/** What the snippets print and call. */
const lines: unknown[][] = []
beforeEach(() => {
  lines.length = 0
  vi.spyOn(console, 'log').mockImplementation((...line) => void lines.push(line))
  vi.spyOn(console, 'error').mockImplementation((...line) => void lines.push(line))
})

function start() {
  const app = createApp()
  for (const name of ['notifications', 'chat/:roomId', 'dashboard/metrics', 'alerts'] as const)
    app.sse.channel(name)
  app.sse.channel('upload/:uploadId')
  app.sse.channel('users/:id', async (ctx, { id }) => ctx.get('user')?.id === id)
  return app
}

test('quick start, client-side', async () => {
  const { sse, requests } = start()
  const userId = 'alice'
  const client = closing(new SSEClient<AppChannels>())
  // Subscribe to channels
  const notifications = client.subscribe('notifications')
  notifications.on('alert', (data) => {
    console.log(`Alert: ${data.message}`)
  })
  const userChannel = client.subscribe(`users/${userId}`)
  userChannel.on('message', (data) => {
    console.log(`New message: ${data.text}`)
  })
  // Handle connection events
  client.on('connected', () => console.log('SSE connected'))
  client.on('error', (err) => console.error('SSE error:', err))
  await settle()
  sse.to('notifications').send('alert', { level: 'info', message: 'Maintenance' })
  sse.to('users/alice').send('message', { text: 'Hello', from: 'admin' })
  await settle()
  expect(lines).toEqual([['SSE connected'], ['Alert: Maintenance'], ['New message: Hello']])
  expect(requests).toHaveLength(1)
  expect(new URL(requests[0]?.url ?? '').pathname).toBe('/_sse')
})

test('creating an SSE client', async () => {
  const { requests } = start()
  vi.spyOn(Math, 'random').mockReturnValue(1 - Number.EPSILON)
  vi.stubGlobal('fetch', (request: Request) => {
    requests.push(request)
    return Promise.reject(new TypeError('fetch failed'))
  })
  const client = closing(
    new SSEClient<AppChannels>({
      url: '/_sse', // SSE endpoint URL
      reconnectDelay: 1000, // Initial reconnect delay
      maxReconnectDelay: 30000, // Max reconnect delay
      maxReconnectAttempts: 10, // Max reconnect attempts
      reconnectMultiplier: 1.5, // Exponential backoff multiplier
    }),
  )
  const delays: number[] = []
  client.on('reconnecting', ({ delay }) => delays.push(delay))
  client.connect()
  await advance(600_000)
  expect(delays.slice(0, 3)).toEqual([1000, 1500, 2250])
  expect(Math.max(...delays)).toBe(30_000)
  expect(delays).toHaveLength(10)
  expect(client.state.value).toMatchObject({ status: 'closed', reason: 'failed' })
})

test('channel subscriptions', async () => {
  const { sse } = start()
  const client = closing(new SSEClient<AppChannels>())
  const showAlert = vi.fn()
  const updateUI = vi.fn()
  // Subscribe to a channel
  const subscription = client.subscribe('notifications')
  // Listen for specific events
  subscription.on('alert', (data) => {
    showAlert(data.level, data.message)
  })
  subscription.on('update', (data) => {
    updateUI(data)
  })
  // Handle subscription errors
  subscription.on('error', (error) => {
    console.error('Channel error:', error)
  })
  await settle()
  sse.to('notifications').send('alert', { level: 'info', message: 'One' })
  sse.to('notifications').send('update', { version: '2' })
  await settle()
  expect(showAlert.mock.calls).toEqual([['info', 'One']])
  expect(updateUI.mock.calls).toEqual([[{ version: '2' }]])
  // Unsubscribe when done
  subscription.close()
  await advance(250)
  expect(sse.subscriberCount('notifications')).toBe(0)
  expect(lines).toEqual([])
})

test('client connection events', async () => {
  const { sse } = start()
  const client = closing(new SSEClient<AppChannels>())
  const showConnectionStatus = vi.fn()
  // Connection lifecycle
  client.on('connected', () => {
    console.log('SSE connected')
    showConnectionStatus('Connected')
  })
  client.on('disconnected', () => {
    console.log('SSE disconnected')
    showConnectionStatus('Disconnected')
  })
  client.on('reconnecting', ({ attempt, delay }) => {
    console.log(`Reconnecting... attempt ${attempt}, delay ${delay}ms`)
    showConnectionStatus(`Reconnecting (${attempt})`)
  })
  client.on('error', (error) => {
    console.error('Connection error:', error)
  })
  client.connect()
  await advance(6000)
  // Check connection state
  if (client.connected) {
    console.log('Client is connected')
  }
  const page = globalThis.fetch
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(null, { status: 503 })))
  await sse.close()
  await advance(2200)
  vi.stubGlobal('fetch', page)
  client.close()
  expect(showConnectionStatus.mock.calls.flat().slice(0, 3)).toEqual([
    'Connected',
    'Disconnected',
    'Reconnecting (1)',
  ])
  expect(lines.slice(0, 3)).toEqual([
    ['SSE connected'],
    ['Client is connected'],
    ['SSE disconnected'],
  ])
  expect(lines[3]).toEqual(['Connection error:', expect.objectContaining({ status: 503 })])
  expect(lines[4]?.[0]).toMatch(/^Reconnecting\.\.\. attempt 1, delay \d+ms$/)
})

test('programmatic connection management', async () => {
  const { sse } = start()
  const client = closing(new SSEClient<AppChannels>())
  client.subscribe('notifications')
  await settle()
  // Manual connection control
  client.disconnect()
  await settle()
  expect([client.connected, sse.connectionCount]).toEqual([false, 0])
  client.connect()
  await settle()
  expect([client.connected, sse.connectionCount]).toEqual([true, 1])
  client.reconnect()
  await settle()
  expect([client.connected, sse.connectionCount]).toEqual([true, 1])
  // Close client and all subscriptions
  client.close()
  await settle()
  expect([client.connected, sse.connectionCount]).toEqual([false, 0])
})

test('client-side error handling', async () => {
  const { page } = start()
  page.user = { ...ALICE, id: 'bob' }
  const client = closing(new SSEClient<AppChannels>())
  const showNotification = vi.fn()
  const redirectToLogin = vi.fn()
  const showOfflineIndicator = vi.fn()
  const subscription = client.subscribe('users/alice')
  // Handle client errors
  client.on('error', (error) => {
    console.error('SSE error:', error)
    // Show user-friendly error message
    showNotification('Connection error', 'error')
  })
  // Handle subscription errors
  subscription.on('error', (error) => {
    if (error.message.includes('Unauthorized')) {
      redirectToLogin()
    } else {
      console.error('Subscription error:', error)
    }
  })
  // Handle connection state changes
  client.on('disconnected', () => {
    // Show offline indicator
    showOfflineIndicator(true)
  })
  client.on('connected', () => {
    // Hide offline indicator
    showOfflineIndicator(false)
  })
  await settle()
  expect(redirectToLogin).toHaveBeenCalledOnce()
  expect(showNotification).not.toHaveBeenCalled()
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('fetch failed')))
  client.disconnect()
  client.connect()
  await settle()
  expect(showOfflineIndicator.mock.calls).toEqual([[false], [true]])
  expect(showNotification).toHaveBeenCalledWith('Connection error', 'error')
})

test('client-side types', async () => {
  const { sse } = start()
  const client: Client = closing(new SSEClient<AppChannels>())
  interface AlertEvent {
    level: 'info' | 'warning' | 'error'
    message: string
    timestamp: number
  }
  // Typed event listeners
  const alertListener: SSEEventListener<AlertEvent> = (data) => {
    console.log(`${data.level}: ${data.message}`)
  }
  const subscription = client.subscribe('alerts')
  subscription.on('alert', alertListener)
  // Typed subscription
  interface TypedSubscription extends SSESubscription {
    onAlert(listener: SSEEventListener<AlertEvent>): () => void
  }
  const typed: TypedSubscription = {
    ...(client.subscribe('alerts') as unknown as SSESubscription),
    onAlert: (listener) => subscription.on('alert', listener),
  }
  typed.onAlert(alertListener)
  await settle()
  sse.to('alerts').send('alert', { level: 'error', message: 'Hot', timestamp: 1 })
  await settle()
  expect(lines).toEqual([['error: Hot'], ['error: Hot']])
})
