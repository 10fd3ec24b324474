/** A channel's handle, errors and types on the server, as the documents have them: only the import differs. */

// biome-ignore-all lint/nursery/noFloatingPromises: what the documents send is not awaited, and need not be

import { SSEClient } from 'tidewire'
import type { SSEAuthorizeCallback, SSEChannelConfig, SSEEvent } from 'tidewire/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import { hear } from '../support/hub-network.js'
import { ALICE, type AppChannels, type Context, createApp } from '../support/seed-app.js'

withFakeTime()

function createClient() {
  const client = new SSEClient<AppChannels>()
  onTestFinished(client.close)
  return client
}

test('server-side error handling', async () => {
  const { sse, page } = createApp()
  const failed = vi.spyOn(console, 'error').mockImplementation(() => {})
  // Authorization errors are handled automatically
  sse.channel('admin-only', async (ctx) => {
    const user = ctx.get('user')
    if (!user?.isAdmin) {
      throw new Error('Insufficient permissions')
    }
    return true
  })
  expect(await createClient().subscribe('admin-only').ready).toBe('ok')
  page.user = { ...ALICE, isAdmin: false }
  expect(await createClient().subscribe('admin-only').ready).toBe('denied')
  // Broadcasting errors
  try {
    // The contract knows no such channel, either.
    sse.to('invalid-channel' as 'notifications').send('test' as never, {} as never)
  } catch (error) {
    console.error('Broadcast failed:', error)
  }
  expect(failed).toHaveBeenCalledWith(
    'Broadcast failed:',
    expect.objectContaining({ code: 'unknown', channel: 'invalid-channel' }),
  )
})

test('server-side types', async () => {
  const { sse } = createApp()
  interface AlertEvent {
    level: 'info' | 'warning' | 'error'
    message: string
    timestamp: number
  }
  const adminAuth: SSEAuthorizeCallback<Context> = async (ctx) => {
    const user = ctx.get('user')
    return user?.role === 'admin'
  }
  const config: SSEChannelConfig<Context> = { authorize: adminAuth }
  const event: SSEEvent = { event: 'alert', data: { level: 'info' } }
  sse.channel('admin/logs', adminAuth)
  sse.channel('alerts', config)
  const heard = hear(createClient().channel('alerts'))
  await settle()
  // Typed broadcasting
  sse.to('alerts').send('alert', {
    level: 'warning',
    message: 'High CPU usage',
    timestamp: Date.now(),
  } as AlertEvent)
  await settle()
  expect(heard).toMatchObject([{ message: 'High CPU usage' }])
  expect(event.event).toBe('alert')
})

test("a channel's handle: send and count", async () => {
  const { sse } = createApp()
  const channel = sse.channel('orders')
  const heard = hear(createClient().channel('orders'))
  await settle()
  const order = { id: 1 }
  channel.send({ type: 'new_order', data: JSON.stringify(order) })
  const count = channel.count()
  await settle()
  expect(heard).toEqual(['{"id":1}'])
  expect(count).toBe(1)
})

test('live feed example: pushed from anywhere in the server', async () => {
  const { sse } = createApp()
  const activity_channel = sse.channel('activity')
  const create_post = (post: { id: number; title: string; author: string }) =>
    activity_channel.send({
      type: 'new_post',
      data: JSON.stringify({ id: post.id, title: post.title, author: post.author }),
    })
  const add_comment = (post_id: number, author: string) =>
    activity_channel.send({ type: 'new_comment', data: JSON.stringify({ post_id, author }) })
  const seen: unknown[] = []
  const feed = createClient().subscribe('activity')
  feed.on('new_post', (data) => seen.push(JSON.parse(data).title))
  feed.on('new_comment', (data) => seen.push(JSON.parse(data).post_id))
  await settle()
  create_post({ id: 1, title: 'Tides', author: 'a' })
  add_comment(1, 'b')
  await settle()
  expect(seen).toEqual(['Tides', 1])
})
