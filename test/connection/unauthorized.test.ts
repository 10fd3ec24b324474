/**
 * Refused with 401: credentials are refreshed once for everybody, and the cursor stays.
 *
 * Over 250 lines because it is one story: who waits for a refresh, what becomes of it, and what comes after.
 */
import { describe, expect, test, vi } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { createScriptedFetch, type Exchange } from '../support/scripted-fetch.js'
import { openedSource, openSource } from '../support/scripted-source.js'

withFakeTime()

const tokenOf = ({ request }: Exchange) => request.headers.get('authorization')

/** A promise that the test settles. */
function gate<T = void>() {
  let open: (value: T) => void = () => {}
  let fail: (reason: unknown) => void = () => {}
  const promise = new Promise<T>((resolve, reject) => {
    open = resolve
    fail = reject
  })
  return { promise, open, fail }
}

/** Credentials of a page: what every source sends, and how it is renewed. */
function credentials() {
  let version = 1
  let renewal = gate()
  const onUnauthorized = vi.fn(async () => {
    await renewal.promise
    version++
    renewal = gate()
  })
  return {
    headers: () => ({ authorization: `token ${version}` }),
    onUnauthorized,
    renew: () => renewal.open(),
    refuse: (reason: unknown) => renewal.fail(reason),
  }
}

describe('sources with the same onUnauthorized', () => {
  test('share one refresh, and go on at once with fresh headers', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const server = createScriptedFetch()
    const sources = Array.from({ length: 10 }, () =>
      openSource({ server, headers, onUnauthorized }),
    )
    for (const _ of sources) (await server.next()).respond(401)
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(server.exchanges).toHaveLength(10)

    renew()
    for (const _ of sources) {
      const again = await server.next()
      expect(tokenOf(again)).toBe('token 2')
      again.open()
    }
    await settle()
    for (const { state } of sources) expect(state().status).toBe('open')
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    expect(server.live).toHaveLength(10)
  })

  test('a refusal that was on its way when the refresh ended is just repeated', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const server = createScriptedFetch()
    openSource({ server, headers, onUnauthorized })
    const late = openSource({ server, headers, onUnauthorized })
    const first = await server.next()
    const second = await server.next()
    first.respond(401)
    await settle()
    renew()
    ;(await server.next()).open()
    second.respond(401) // of the credentials before
    const repeated = await server.next()
    expect(tokenOf(repeated)).toBe('token 2')
    repeated.open()
    await settle()
    expect(late.state().status).toBe('open')
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
  })

  test('the repeat of an old refusal does not count as the one retry', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const server = createScriptedFetch()
    openSource({ server, headers, onUnauthorized })
    const late = openSource({ server, headers, onUnauthorized })
    const first = await server.next()
    const second = await server.next()
    first.respond(401)
    await settle()
    renew()
    ;(await server.next()).open()
    second.respond(401)
    ;(await server.next()).respond(401) // these credentials were refused as well
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    renew()
    const third = await server.next()
    expect(tokenOf(third)).toBe('token 3')
    third.respond(401)
    await settle()
    expect(late.state()).toMatchObject({ status: 'closed', error: { code: 'unauthorized' } })
  })

  test('who joins a refresh under way waits for it and starts no other', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const server = createScriptedFetch()
    openSource({ server, headers, onUnauthorized })
    ;(await server.next()).respond(401)
    await advance(10_000)
    const joined = openSource({ server, headers, onUnauthorized })
    ;(await server.next()).respond(401)
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(1)
    renew()
    await server.next()
    ;(await server.next()).open()
    await settle()
    expect(joined.state().status).toBe('open')
  })

  test('a refusal closes all who waited, each with its own error and the cause', async () => {
    const { headers, onUnauthorized, refuse } = credentials()
    const server = createScriptedFetch()
    const sources = [1, 2].map(() => openSource({ server, headers, onUnauthorized }))
    for (const _ of sources) (await server.next()).respond(401)
    await settle()
    const reason = new Error('signed out')
    refuse(reason)
    await settle()
    for (const { state } of sources) {
      expect(state()).toMatchObject({
        status: 'closed',
        reason: 'failed',
        error: { code: 'unauthorized', status: 401 },
      })
      const { error } = state() as { error: Error }
      expect(error.cause).toBe(reason)
      expect(error.message).toContain('The refresh failed: signed out')
    }
  })

  test('one that is closed meanwhile leaves the refresh to the others', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const server = createScriptedFetch()
    const first = openSource({ server, headers, onUnauthorized })
    const second = openSource({ server, headers, onUnauthorized })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(401)
    await settle()
    first.source.close()
    renew()
    ;(await server.next()).open()
    await settle()
    expect(first.state()).toEqual({ status: 'closed', reason: 'user' })
    expect(second.state().status).toBe('open')
    expect(server.exchanges).toHaveLength(3)
  })

  test('with another function each asks for itself', async () => {
    const server = createScriptedFetch()
    const asked = [vi.fn(), vi.fn()]
    for (const onUnauthorized of asked) openSource({ server, onUnauthorized })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(401)
    await settle()
    for (const each of asked) expect(each).toHaveBeenCalledTimes(1)
  })
})

describe('a refresh', () => {
  test('that throws at once closes like one that rejects, and the next refusal asks anew', async () => {
    let broken = true
    const onUnauthorized = vi.fn(() => {
      if (broken) throw new Error('no session')
    })
    const { source, server, state } = openSource({ onUnauthorized })
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', error: { code: 'unauthorized' } })
    expect((state() as { error: Error }).error.message).toContain('no session')

    broken = false
    source.connect()
    ;(await server.next()).respond(401)
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  test('that rejected is not remembered', async () => {
    const onUnauthorized = vi.fn(async (): Promise<void> => {})
    onUnauthorized.mockRejectedValueOnce(new Error('offline'))
    const { source, server, state } = openSource({ onUnauthorized })
    ;(await server.next()).respond(401)
    await settle()
    expect(state().status).toBe('closed')
    source.reconnect()
    ;(await server.next()).respond(401)
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
  })

  test('may take 15 s; then it is given up and says so', async () => {
    const { server, state } = openSource({ onUnauthorized: () => gate().promise })
    ;(await server.next()).respond(401)
    await advance(14_999)
    expect(state()).toEqual({ status: 'connecting', attempt: 0 })
    await advance(1)
    expect(state()).toMatchObject({ status: 'closed', error: { code: 'unauthorized' } })
    expect((state() as { error: Error }).error.message).toContain('took longer than 15 s')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('given up is asked for anew, and its late end disturbs the new one in nothing', async () => {
    const renewals = [gate(), gate()]
    let asked = 0
    const onUnauthorized = vi.fn(() => renewals[asked++]?.promise)
    const server = createScriptedFetch()
    const first = openSource({ server, onUnauthorized })
    ;(await server.next()).respond(401)
    await advance(15_000)
    expect(first.state().status).toBe('closed')

    first.source.connect()
    ;(await server.next()).respond(401)
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
    renewals[0]?.fail(new Error('far too late'))
    await settle()
    openSource({ server, onUnauthorized })
    ;(await server.next()).respond(401)
    await settle()
    expect(onUnauthorized).toHaveBeenCalledTimes(2) // joined the second one
    renewals[1]?.open()
    ;(await server.next()).open()
    await settle()
    expect(first.state().status).toBe('open')
  })

  test('that lasts longer than the connect timeout does not time out the attempt', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const { server, state } = openSource({ headers, onUnauthorized, connectTimeout: 1000 })
    ;(await server.next()).respond(401)
    await advance(10_000)
    renew()
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
  })

  test('keeps the cursor', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const { server, stream, source } = await openedSource({ headers, onUnauthorized })
    stream.send('id: 7\ndata: x\n\n').end()
    await advance(1000)
    const refused = await server.next()
    expect(refused.lastEventId).toBe('7')
    refused.respond(401)
    await settle()
    renew()
    expect((await server.next()).lastEventId).toBe('7')
    expect(source.lastEventId).toBe('7')
  })

  test('nothing is requested where the source closes during it', async () => {
    const { headers, onUnauthorized, renew } = credentials()
    const { source, server } = openSource({ headers, onUnauthorized })
    ;(await server.next()).respond(401)
    await settle()
    source.close()
    renew()
    await advance(60_000)
    expect(server.exchanges).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('after a refresh', () => {
  test('another failure is a failure like any other', async () => {
    const { server, state } = openSource({ onUnauthorized: () => {} })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(503)
    await settle()
    expect(state()).toMatchObject({ status: 'waiting', attempt: 1, error: { status: 503 } })
  })

  test('the next attempt may refresh again', async () => {
    const onUnauthorized = vi.fn()
    const { server, state } = openSource({ onUnauthorized })
    ;(await server.next()).respond(401)
    ;(await server.next()).open().end()
    await advance(1000)
    ;(await server.next()).respond(401)
    ;(await server.next()).open()
    await settle()
    expect(state().status).toBe('open')
    expect(onUnauthorized).toHaveBeenCalledTimes(2)
  })

  test('a second 401 closes, unless retryOn says to wait', async () => {
    const retryOn = vi.fn(() => true)
    const { server, state } = openSource({ onUnauthorized: () => {}, retryOn })
    ;(await server.next()).respond(401)
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'waiting', error: { code: 'unauthorized' } })
    expect(retryOn).toHaveBeenCalledTimes(1) // the first 401 was no failure yet
  })
})

describe('without onUnauthorized', () => {
  test('a function for headers is asked once more', async () => {
    let asked = 0
    const { server, state } = openSource({ headers: () => ({ authorization: `${++asked}` }) })
    const first = await server.next()
    expect(tokenOf(first)).toBe('1')
    first.respond(401)
    const second = await server.next()
    expect(tokenOf(second)).toBe('2')
    second.respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed', error: { status: 401 } })
  })

  test.each([
    ['no headers', {}],
    ['fixed headers', { headers: { authorization: 'token' } }],
    ['functions for the rest', { url: () => 'https://api.example/', body: () => 'x' }],
  ])('with %s it closes at once', async (_, options) => {
    const { server, state } = openSource(options)
    ;(await server.next()).respond(401)
    await settle()
    expect(state()).toMatchObject({ status: 'closed', reason: 'failed', error: { status: 401 } })
    expect(server.exchanges).toHaveLength(1)
  })
})

test('403 asks nobody: it says that who you are does not matter', async () => {
  const onUnauthorized = vi.fn()
  const { server, state } = openSource({ onUnauthorized })
  ;(await server.next()).respond(403)
  await settle()
  expect(state().status).toBe('closed')
  expect(onUnauthorized).not.toHaveBeenCalled()
})
