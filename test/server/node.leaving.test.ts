/** Readers that leave, and readers that stay and do not read: what is held for them is let go. */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { openBody } from '../support/hub-reader.js'
import { raw, SOON, serve } from '../support/node-wire.js'

watchComplaints()

describe('a reader that leaves', () => {
  test('ends what is pulled for it, also while its connection is blocked', async () => {
    const chunk = new Uint8Array(16 * 1024)
    let pulled = 0
    const cancel = vi.fn()
    const body = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          pulled++
          controller.enqueue(chunk)
        },
        cancel,
      })
    const port = await serve(toNodeHandler({ fetch: () => new Response(body()) }))
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    socket.pause()
    let before = -1
    await vi.waitFor(
      () => {
        const still = pulled === before
        before = pulled
        expect(still && pulled > 0).toBe(true)
      },
      { ...SOON, interval: 100 },
    )
    expect(pulled).toBeLessThan(2000)
    socket.destroy()
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce(), SOON)
  })

  test('while the answer is made ends that, too', async () => {
    const cancel = vi.fn()
    let answer = (_response: Response) => {}
    const fetch = vi.fn(
      (_request: Request) =>
        new Promise<Response>((resolve) => {
          answer = resolve
        }),
    )
    const port = await serve(toNodeHandler({ fetch }))
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await vi.waitFor(() => expect(fetch).toHaveBeenCalledOnce(), SOON)
    socket.destroy()
    await vi.waitFor(() => expect(fetch.mock.lastCall?.[0].signal.aborted).toBe(true), SOON)
    answer(new Response(new ReadableStream({ cancel })))
    await vi.waitFor(() => expect(cancel).toHaveBeenCalledOnce(), SOON)
  })

  test('before the handler is reached never gets to it', async () => {
    const fetch = vi.fn(() => new Response())
    const handle = toNodeHandler({ fetch })
    const steps: string[] = []
    const port = await serve(async (req, res) => {
      steps.push('came')
      await once(res, 'close')
      handle(req, res)
      steps.push('passed')
    })
    const socket = await raw(port, 'GET / HTTP/1.1\r\nhost: a\r\n\r\n')
    await vi.waitFor(() => expect(steps).toEqual(['came']), SOON)
    socket.destroy()
    await vi.waitFor(() => expect(steps).toEqual(['came', 'passed']), SOON)
    expect(fetch).not.toHaveBeenCalled()
  })

  test('while the hub asks who it is leaves nothing there', async () => {
    let know = (_id: null) => {}
    const identify = vi.fn(
      (_request: Request) =>
        new Promise<null>((resolve) => {
          know = resolve
        }),
    )
    const facts: string[] = []
    const hub = createHub({ identify, onDiagnostic: ({ type }) => facts.push(type) })
    hub.channel('prices')
    const port = await serve(toNodeHandler(hub))
    const socket = await raw(port, 'GET /?channel=prices HTTP/1.1\r\nhost: a\r\n\r\n')
    await vi.waitFor(() => expect(identify).toHaveBeenCalledOnce(), SOON)
    socket.destroy()
    await vi.waitFor(() => expect(identify.mock.lastCall?.[0].signal.aborted).toBe(true), SOON)
    know(null)
    await vi.waitFor(() => expect(facts).toEqual(['refused']), SOON)
    expect(hub.connectionCount).toBe(0)
    expect(hub.activeChannels).toEqual([])
  })

  test('has no more streams than answers: requests behind a stream wait for its end', async () => {
    const hub = createHub()
    hub.channel('prices')
    const port = await serve(toNodeHandler(hub))
    const body = JSON.stringify(openBody(['prices']))
    const one = `POST / HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`
    const socket = await raw(port, one.repeat(10))
    await vi.waitFor(() => expect(hub.connectionCount).toBe(1), SOON)
    await delay(20)
    expect(hub.connectionCount).toBe(1)
    socket.destroy()
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })

  test('requests that wait behind a short answer have their turn', async () => {
    const port = await serve(
      toNodeHandler({ fetch: ({ url }) => new Response(new URL(url).pathname) }),
    )
    const socket = await raw(
      port,
      'GET /1 HTTP/1.1\r\nhost: a\r\n\r\nGET /2 HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    )
    expect((await text(socket)).match(/^\/\d/gm)).toEqual(['/1', '/2'])
  })
})

describe('a reader that does not read', () => {
  const stall = async (port: number) => {
    const socket = await raw(port, 'GET /?channel=prices HTTP/1.1\r\nhost: a\r\n\r\n')
    socket.pause()
    return socket
  }

  test('is cut at the backlog, and what was kept for it is freed', async () => {
    const facts: string[] = []
    const hub = createHub({
      limits: { backlog: 100_000 },
      onDiagnostic: ({ type, why }) => facts.push(`${type} ${why ?? ''}`),
    })
    hub.channel('prices', { replay: false })
    const socket = await stall(await serve(toNodeHandler(hub)))
    const ended = once(socket, 'close')
    await vi.waitFor(() => expect(hub.connectionCount).toBe(1), SOON)
    const data = 'x'.repeat(50_000)
    for (let sent = 0; hub.connectionCount > 0; sent++) {
      expect(sent).toBeLessThan(2000)
      void hub.to('prices').send('price', data)
      await delay(0)
    }
    expect(facts).toContain('closed slow')
    socket.resume()
    await ended
  })

  test('does not hold up the end of the hub, and has ten seconds for its own', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    onTestFinished(() => void vi.useRealTimers())
    const hub = createHub({ limits: { backlog: 50_000_000 } })
    hub.channel('prices', { replay: false })
    const server = createServer(toNodeHandler(hub)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = await stall((server.address() as AddressInfo).port)
    while (hub.connectionCount === 0) await turn()
    for (let sent = 0; sent < 200; sent++) {
      void hub.to('prices').send('price', 'x'.repeat(100_000))
      await turn()
    }
    await hub.close()
    expect(hub.connectionCount).toBe(0)
    await turn()
    expect(await connections(server)).toBe(1)
    await vi.advanceTimersByTimeAsync(10_000)
    while ((await connections(server)) > 0) await turn()
    server.close()
    socket.destroy()
  })

  const connections = (server: Server) => promisify(server.getConnections.bind(server))()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
})
