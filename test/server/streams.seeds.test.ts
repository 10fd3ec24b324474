/** The stream helpers' own documents, as they are written there: only the import differs, and `ctx.sse(stream)` is `createSSEResponse(stream)`. */
import { createSource } from 'tidewire'
import {
  createHub,
  createProgressStream,
  createSSEResponse,
  createSSEStream,
  formatSSE,
} from 'tidewire/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { read } from '../support/hub-reader.js'
import { SOON } from '../support/node-wire.js'

const ctx = { sse: (stream: ReadableStream<Uint8Array>) => createSSEResponse(stream) }

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('stream utilities', () => {
  test('progress streams', async () => {
    const performWork = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 100)))

    async function processData() {
      const stream = createProgressStream(async (update) => {
        for (let i = 0; i <= 100; i += 10) {
          update(i, `Processing... ${i}%`)
          await performWork() // Your work here
        }
      })
      return ctx.sse(stream)
    }

    const stream = await read(await processData())
    await vi.advanceTimersByTimeAsync(2000)
    expect(await stream.ended).toBe('end')
    expect(stream.blocks).toHaveLength(12)
    expect(stream.blocks[3]).toMatchObject({
      type: 'progress',
      data: '{"percent":30,"message":"Processing... 30%"}',
    })
    expect(stream.blocks[11]).toMatchObject({ type: 'complete', data: '{"percent":100}' })
  })

  test('a progress stream whose reader leaves', async () => {
    const performWork = vi.fn(() => new Promise<void>((resolve) => setTimeout(resolve, 100)))
    const stream = await read(
      ctx.sse(
        createProgressStream(async (update, signal) => {
          while (!signal.aborted) {
            update(1)
            await performWork()
          }
        }),
      ),
    )
    await vi.advanceTimersByTimeAsync(250)
    await stream.close()
    await vi.advanceTimersByTimeAsync(1000)
    expect(performWork).toHaveBeenCalledTimes(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('custom SSE streams: from an async generator', async () => {
    const getSystemMetrics = vi.fn(async () => ({ load: 0.5 }))

    async function liveMetrics() {
      const stream = createSSEStream(async function* () {
        while (true) {
          yield {
            event: 'metrics',
            data: await getSystemMetrics(),
          }
          await new Promise((resolve) => setTimeout(resolve, 1000))
        }
      })
      return ctx.sse(stream)
    }

    const stream = await read(await liveMetrics())
    await vi.advanceTimersByTimeAsync(2500)
    expect(stream.blocks).toHaveLength(3)
    expect(stream.blocks[0]).toMatchObject({ type: 'metrics', data: '{"load":0.5}' })
    await stream.close()
    await vi.advanceTimersByTimeAsync(5000)
    // It does not ask its signal, so it runs to its next event, which is its last.
    expect(getSystemMetrics).toHaveBeenCalledTimes(4)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('manual stream creation', async () => {
    async function customStream() {
      const stream = new ReadableStream<Uint8Array>({
        start(controller) {
          const encoder = new TextEncoder()
          // Send initial event
          const welcome = formatSSE({
            event: 'welcome',
            data: { timestamp: Date.now() },
          })
          controller.enqueue(encoder.encode(welcome))

          // Set up interval for updates
          const interval = setInterval(() => {
            const update = formatSSE({
              event: 'update',
              data: { value: Math.random() },
            })
            controller.enqueue(encoder.encode(update))
          }, 1000)

          // Cleanup on stream close
          return () => clearInterval(interval)
        },
      })
      return ctx.sse(stream)
    }

    const response = await customStream()
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const stream = await read(response)
    await vi.advanceTimersByTimeAsync(2500)
    expect(stream.blocks.map(({ type }) => type)).toEqual(['welcome', 'update', 'update'])
    vi.clearAllTimers()
  })
})

describe('an endpoint with send and close', () => {
  test('sends events and ends', async () => {
    const endpoint = () =>
      createSSEResponse((send, close) => {
        send({ type: 'connected', data: 'Welcome' })

        // Send periodic updates
        let i = 0
        while (i < 10) {
          send({ type: 'update', data: `tick ${i}` })
          i += 1
        }

        close()
      })

    const source = createSource<{ connected: string; update: string }>('http://app.test/events', {
      fetch: async () => endpoint(),
    })
    const heard: string[] = []
    source.on('connected', (data) => heard.push(`Connected: ${data}`))
    source.on('update', (data) => heard.push(`Update: ${data}`))
    await vi.waitFor(() => expect(heard).toHaveLength(11), SOON)
    expect(heard[0]).toBe('Connected: Welcome')
    expect(heard[10]).toBe('Update: tick 9')
    source.close()
  })

  test('sends JSON that was made before', async () => {
    const response = createSSEResponse((send, close) => {
      send({ type: 'notification', data: 'You have a new message' })
      send({ type: 'status', data: JSON.stringify({ online: 42, active: 18 }) })
      close()
    })
    const stream = await read(response)
    await stream.ended
    expect(stream.blocks.map(({ type, data }) => `${type} ${data}`)).toEqual([
      'notification You have a new message',
      'status {"online":42,"active":18}',
    ])
  })

  test('stays open where it does not close', async () => {
    const stream = await read(
      createSSEResponse((send) => {
        send({ type: 'init', data: 'Connected to activity feed' })
      }),
    )
    await stream.next()
    await vi.advanceTimersByTimeAsync(3_600_000)
    let over = false
    void stream.ended.then(() => {
      over = true
    })
    await vi.advanceTimersByTimeAsync(0)
    expect(over).toBe(false)
    await stream.close()
  })
})

test("a task's progress in a channel reads as a progress stream does", async () => {
  const hub = createHub()
  hub.channel('upload/:id')
  const opened = await hub.fetch(
    new Request('http://app.test/_sse?channel=upload/7&mode=native', {
      headers: { accept: 'text/event-stream' },
    }),
  )
  const stream = await read(opened)
  await hub.to('upload/7').progress((update) => {
    update(250)
  })
  await vi.advanceTimersByTimeAsync(0)
  const events = stream.blocks.filter(({ type }) => type !== 'comment')
  expect(events.map(({ type, data }) => `${type} ${data}`)).toEqual([
    'progress {"percent":100}',
    'complete {"percent":100}',
  ])
  await stream.close()
  await hub.close()
})
