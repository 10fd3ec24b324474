/** The real-world examples of the channel documents, both halves, as they are written there: only the import differs. */

// biome-ignore-all lint/nursery/noFloatingPromises: what the documents send is not awaited, and need not be

import { SSEClient } from 'tidewire'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { type AppChannels, createApp } from '../support/seed-app.js'

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

describe('real-world examples', () => {
  test('live chat system', async () => {
    const { sse } = createApp()
    const members: Record<string, readonly string[]> = { lobby: ['alice'] }
    const Room = {
      find: async (id: string) => ({
        hasUser: (user: string) => members[id]?.includes(user) ?? false,
      }),
    }
    // Server: Chat channels
    sse.channel('chat/:roomId', async (ctx, { roomId }) => {
      const user = ctx.get('user')
      const room = await Room.find(roomId)
      return room?.hasUser(user?.id ?? '') ?? false
    })
    interface ChatMessage {
      id: string
      senderId: string
      text: string
      sender: { name: string }
      createdAt: number
    }
    // Server: New message handler
    async function sendChatMessage(roomId: string, message: ChatMessage) {
      sse.to(`chat/${roomId}`).except(message.senderId).send('message', {
        id: message.id,
        text: message.text,
        sender: message.sender.name,
        timestamp: message.createdAt,
      })
    }
    const client = closing(new SSEClient<AppChannels>())
    const sender = closing(new SSEClient<AppChannels>())
    const appendMessage = vi.fn()
    const playNotificationSound = vi.fn()
    const showTypingIndicator = vi.fn()
    const roomId = 'lobby'
    // Client: Chat UI
    const chat = client.subscribe(`chat/${roomId}`)
    chat.on('message', (message) => {
      appendMessage(message)
      playNotificationSound()
    })
    chat.on('typing', ({ user }) => {
      showTypingIndicator(user)
    })
    const echo = vi.fn()
    sender.subscribe(`chat/${roomId}`).on('message', echo)
    expect(await client.subscribe('chat/secret').ready).toBe('denied')
    await settle()
    await sendChatMessage('lobby', {
      id: '1',
      senderId: sender.id,
      text: 'Hello',
      sender: { name: 'Alice' },
      createdAt: 5,
    })
    sse.to('chat/lobby').send('typing', { user: 'Alice' })
    await settle()
    expect(appendMessage.mock.calls).toEqual([
      [{ id: '1', text: 'Hello', sender: 'Alice', timestamp: 5 }],
    ])
    expect(playNotificationSound).toHaveBeenCalledOnce()
    expect(showTypingIndicator).toHaveBeenCalledWith('Alice')
    expect(echo).not.toHaveBeenCalled()
  })

  test('real-time dashboard', async () => {
    const { sse } = start()
    const collectSystemMetrics = () => ({ cpu: 0.5, memory: 0.25, activeUsers: 7, rps: 90 })
    // Server: Metrics broadcasting
    const timer = setInterval(() => {
      const metrics = collectSystemMetrics()
      sse.to('dashboard/metrics').data({
        timestamp: Date.now(),
        cpu: metrics.cpu,
        memory: metrics.memory,
        activeUsers: metrics.activeUsers,
        requestsPerSecond: metrics.rps,
      })
    }, 5000)
    const client = closing(new SSEClient<AppChannels>())
    const updateChart = vi.fn()
    const updateCounter = vi.fn()
    // Client: Dashboard updates
    const dashboard = client.subscribe('dashboard/metrics')
    dashboard.on('message', (metrics) => {
      updateChart('cpu', metrics.cpu)
      updateChart('memory', metrics.memory)
      updateCounter('users', metrics.activeUsers)
      updateCounter('rps', metrics.requestsPerSecond)
    })
    await advance(10_000)
    clearInterval(timer)
    expect(updateChart.mock.calls).toEqual([
      ['cpu', 0.5],
      ['memory', 0.25],
      ['cpu', 0.5],
      ['memory', 0.25],
    ])
    expect(updateCounter).toHaveBeenCalledWith('rps', 90)
  })

  test.each([
    ['succeeds', false],
    ['fails', true],
  ])('file upload progress, when it %s', async (_, fails) => {
    const { sse } = start()
    const uploadId = '42'
    const client = closing(new SSEClient<AppChannels>())
    const updateProgressBar = vi.fn()
    const updateStatusText = vi.fn()
    const showSuccessMessage = vi.fn()
    const redirectToFileList = vi.fn()
    const showErrorMessage = vi.fn()
    // Client: Progress tracking
    const progress = client.subscribe(`upload/${uploadId}`)
    progress.on('progress', ({ percent, message }) => {
      updateProgressBar(percent)
      updateStatusText(message)
    })
    progress.on('complete', () => {
      showSuccessMessage('Upload complete!')
      redirectToFileList()
    })
    progress.on('error', ({ message }) => {
      showErrorMessage(`Upload failed: ${message}`)
    })
    await settle()
    // Server: the upload's progress, to its channel
    await sse.to(`upload/${uploadId}`).progress(async (update) => {
      const total = 4096
      for (let uploaded = 1024; uploaded <= total; uploaded += 1024) {
        const percent = Math.round((uploaded / total) * 100)
        update(percent, `Uploaded ${uploaded}/${total} bytes`)
        if (fails && uploaded === 2048) throw new Error('a secret path')
      }
    })
    await settle()
    const steps = fails ? [25, 50] : [25, 50, 75, 100]
    expect(updateProgressBar.mock.calls.flat()).toEqual(steps)
    expect(updateStatusText).toHaveBeenCalledWith('Uploaded 1024/4096 bytes')
    expect(showSuccessMessage).toHaveBeenCalledTimes(fails ? 0 : 1)
    expect(redirectToFileList).toHaveBeenCalledTimes(fails ? 0 : 1)
    expect(showErrorMessage.mock.calls).toEqual(fails ? [['Upload failed: failed']] : [])
  })
})
