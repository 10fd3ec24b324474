/** What goes out through the bridge: head, cookies, bodies, and errors. */
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { createGunzip, createGzip } from 'node:zlib'
import express from 'express'
import { toNodeHandler } from 'tidewire/node'
import { createHub, createSSEResponse, createSSEStream } from 'tidewire/server'
import { describe, expect, test, vi } from 'vitest'
import { watchComplaints } from '../support/complaints.js'
import { ask, SOON, say, serve } from '../support/node-wire.js'

const complained = watchComplaints()

describe('an answer', () => {
  test('has status, headers, and each cookie beside those of others', async () => {
    const headers = [
      ['x-a', '1'],
      ['set-cookie', 'b=2'],
      ['set-cookie', 'c=3; Expires=Wed, 09 Jun 2100 10:18:14 GMT'],
    ] as [string, string][]
    const handle = toNodeHandler(say('text', { status: 418, statusText: 'Teapot', headers }))
    const port = await serve((req, res) => {
      res.setHeader('set-cookie', 'a=1')
      res.setHeader('x-b', '2')
      handle(req, res)
    })
    const response = await ask(port)
    expect(response).toMatchObject({ statusCode: 418, statusMessage: 'Teapot' })
    expect(response.headers).toMatchObject({
      'x-a': '1',
      'x-b': '2',
      'set-cookie': ['a=1', 'b=2', 'c=3; Expires=Wed, 09 Jun 2100 10:18:14 GMT'],
    })
    expect(await text(response)).toBe('text')
  })

  test('without a body is complete', async () => {
    const response = await ask(await serve(toNodeHandler(say(null, { status: 204 }))))
    expect([response.statusCode, await text(response)]).toEqual([204, ''])
  })

  test('to HEAD has no body, and lets go of the one it would have had', async () => {
    const cancel = vi.fn()
    const body = new ReadableStream<Uint8Array>({ cancel })
    const response = await ask(await serve(toNodeHandler(say(body))), '/', { method: 'HEAD' })
    expect([response.statusCode, await text(response)]).toEqual([200, ''])
    expect(cancel).toHaveBeenCalledOnce()
  })

  test('begins before its body does', async () => {
    const response = await ask(
      await serve(toNodeHandler({ fetch: () => createSSEResponse(() => {}) })),
    )
    expect(response.headers['content-type']).toContain('text/event-stream')
    response.destroy()
  })

  test('gets through middleware that compresses, event by event', async () => {
    let send = (_text: string) => {}
    const hub = createHub()
    const prices = hub.channel('prices', { headers: { 'content-encoding': 'gzip' } }) as {
      send(event: { type: string; data: unknown }): unknown
    }
    const toHub = toNodeHandler(hub)
    const toStream = toNodeHandler({
      fetch: () =>
        createSSEResponse(
          (given) => {
            send = given
          },
          { headers: { 'content-encoding': 'gzip' } },
        ),
    })
    const port = await serve((req, res) => {
      const gzip = createGzip()
      const write = res.write.bind(res) as (chunk: Uint8Array) => boolean
      gzip.on('data', write)
      Object.assign(res, { write: gzip.write.bind(gzip), flush: () => gzip.flush() })
      ;(req.url?.startsWith('/hub') ? toHub : toStream)(req, res)
    })
    for (const [path, tell] of [
      ['/hub?channel=prices', () => prices.send({ type: 'price', data: 'tide' })],
      ['/stream', () => send('tide')],
    ] as const) {
      const response = await ask(port, path)
      let received = ''
      response
        .pipe(createGunzip())
        .on('error', () => {})
        .on('data', (chunk) => {
          received += chunk
        })
      await delay(10)
      tell()
      await vi.waitFor(() => expect(received).toContain('tide'), SOON)
      response.destroy()
    }
    await vi.waitFor(() => expect(hub.connectionCount).toBe(0), SOON)
  })
})

describe('an error', () => {
  const failure = new Error('broken')
  const failing = {
    fetch: () => {
      throw failure
    },
  }

  test('is 500 and goes to the console', async () => {
    for (const hub of [failing, { fetch: () => Promise.reject(failure) }]) {
      const response = await ask(await serve(toNodeHandler(hub)))
      expect([response.statusCode, await text(response)]).toEqual([500, 'Internal Server Error'])
      expect(complained()).toEqual([failure])
    }
  })

  test('goes to next where there is one', async () => {
    const errors: unknown[] = []
    const caught: express.ErrorRequestHandler = (error, _req, res, _next) => {
      errors.push(error)
      res.sendStatus(503)
    }
    const given = toNodeHandler({ fetch: () => new Response() }, () => {
      throw failure
    })
    const app = express().use('/hub', toNodeHandler(failing)).use('/given', given).use(caught)
    const port = await serve(app)
    for (const path of ['/hub', '/given'])
      expect((await ask(port, path)).resume().statusCode).toBe(503)
    expect(errors).toEqual([failure, failure])
  })

  test('in the middle of a body cuts it, so that it does not look complete', async () => {
    const errors: unknown[] = []
    const handle = toNodeHandler({
      fetch: () =>
        createSSEResponse(
          createSSEStream(async function* () {
            yield { data: 'before' }
            throw failure
          }),
        ),
    })
    const port = await serve((req, res) =>
      req.url === '/next' ? handle(req, res, (error) => errors.push(error)) : handle(req, res),
    )
    for (const path of ['/', '/next']) {
      const response = await ask(port, path)
      await expect(text(response)).rejects.toThrow('aborted')
    }
    expect(complained()).toEqual([failure])
    expect(errors).toEqual([failure])
  })
})
