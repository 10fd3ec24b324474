/** What the hub says to a channel: each verdict on its own channel, with a promise, a status and an error. */
import { ChannelError, type UntypedChannels } from 'tidewire'
import { createHub } from 'tidewire/server'
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'

withFakeTime()

/** Rules that the test turns over. */
function ruled() {
  const allowed = { yes: true }
  let answer: ((ok: boolean) => void) | undefined
  const makeHub = () => {
    const hub = plainHub()
    hub.channel('ruled', () => allowed.yes)
    hub.channel('slow', () => new Promise<boolean>((resolve) => (answer = resolve)))
    return hub
  }
  return { ...pair({ makeHub }), allowed, answer: (ok: boolean) => answer?.(ok) }
}

describe('ready', () => {
  test('is the first verdict', async () => {
    const { client, allowed } = ruled()
    allowed.yes = false
    const ready = ['a', 'quiet', 'ruled', 'nowhere'].map((name) => client.subscribe(name).ready)
    expect(await Promise.all(ready)).toEqual(['ok', 'volatile', 'denied', 'unknown'])
    expect(await client.subscribe('a').ready).toBe('ok')
    expect(await client.subscribe('ruled').ready).toBe('denied')
  })

  test("is 'limit' beyond what the hub allows, and the others go on", async () => {
    const { client, hub } = pair({
      makeHub: () => plainHub({ limits: { channelsPerConnection: 3 } }),
    })
    const subscriptions = [1, 2, 3, 4].map((n) => client.subscribe(`rooms/${n}`))
    const verdicts = await Promise.all(subscriptions.map(({ ready }) => ready))
    expect(verdicts).toEqual(['ok', 'ok', 'ok', 'limit'])
    expect(subscriptions[3]?.channel.status.value).toBe('limit')
    expect(subscriptions[3]?.channel.error.value?.message).toContain(
      'may not have so many channels',
    )
    const heard = hear(client.channel('rooms/1'))
    await sendNumbers(hub, 'rooms/1', 1, 1)
    expect(heard).toEqual([1])
  })

  test.each<[string, (pair: ReturnType<typeof ruled>, subscription: { close(): void }) => void]>([
    ['the subscription', (_, { close }) => close()],
    ['the client', ({ client }) => client.close()],
  ])("is 'closed' where %s was closed before it", async (_, close) => {
    const it = ruled()
    const subscription = it.client.subscribe('slow')
    await settle()
    close(it, subscription)
    expect(await subscription.ready).toBe('closed')
  })

  test("is 'closed' where the connection failed for good before it", async () => {
    const { client, network } = pair()
    network.onOpen = () => new Response(null, { status: 403 })
    const subscription = client.subscribe('a')
    expect(await subscription.ready).toBe('closed')
    expect(subscription.channel.status.value).toBe('closed')
    expect(client.state.value).toMatchObject({ status: 'closed', reason: 'failed' })
  })

  test("is 'closed' on a client that is closed already", async () => {
    const { client } = pair()
    client.close()
    const subscription = client.subscribe('a')
    expect(await subscription.ready).toBe('closed')
    expect(subscription.channel.status.value).toBe('closed')
  })

  test("is 'closed' on a client that was closed, whoever else still holds the channel", async () => {
    const { client } = ruled()
    const held = ['a', 'slow'].map((name) => client.subscribe(name))
    await settle()
    client.close()
    const late = ['a', 'slow'].map((name) => client.subscribe(name).ready)
    expect(await Promise.all(late)).toEqual(['closed', 'closed'])
    expect(held.map(({ channel }) => channel.status.value)).toEqual(['closed', 'closed'])
  })

  test('waits while a rule takes too long: the hub asks it again', async () => {
    const { client, hub, answer } = ruled()
    const { ready, channel } = client.subscribe('slow')
    const heard = hear(channel)
    await advance(6000)
    expect(channel.status.value).toBe('joining')
    await sendNumbers(hub, 'slow', 1, 1)
    answer(true)
    expect(await ready).toBe('ok')
    await sendNumbers(hub, 'slow', 2, 2)
    // "From now on" was when it was asked for.
    expect(heard).toEqual([1, 2])
  })
})

describe('a refusal', () => {
  test('leaves nine others running', async () => {
    const { client, hub, allowed } = ruled()
    allowed.yes = false
    const names = Array.from({ length: 9 }, (_, n) => `rooms/${n}`)
    const heard = names.map((name) => hear(client.channel(name)))
    hear(client.channel('ruled'))
    await settle()
    for (const name of names) await sendNumbers(hub, name, 1, 2)
    expect(heard).toEqual(names.map(() => [1, 2]))
    expect(client.channel('ruled').status.value).toBe('denied')
    expect(client.connected).toBe(true)
    expect(client.error.value).toBeUndefined()
  })

  test('is a ChannelError with the name of its channel', async () => {
    const { client, allowed } = ruled()
    allowed.yes = false
    const errors: unknown[] = []
    const subscription = client.subscribe('ruled')
    subscription.on('error', (error) => errors.push(error))
    await subscription.ready
    expect(errors).toHaveLength(1)
    const [error] = errors as ChannelError[]
    expect(error).toBeInstanceOf(ChannelError)
    expect(error).toMatchObject({ code: 'denied', channel: 'ruled', retryable: false })
    expect(error?.message).toBe('Unauthorized: the hub refused the channel "ruled".')
    expect(subscription.channel.error.value).toBe(error)
  })

  test('is asked for again with each stream, told once, and may end', async () => {
    const { client, hub, network, allowed } = ruled()
    allowed.yes = false
    const { status, error, on } = client.channel('ruled')
    const { shown } = watched(status)
    const heard: unknown[] = []
    const errors: unknown[] = []
    on('n', (data) => heard.push(data))
    on('error', ({ code }) => errors.push(code))
    await settle()
    for (let n = 0; n < 2; n++) {
      network.cut()
      await advance(2000)
    }
    expect(errors).toEqual(['denied'])
    allowed.yes = true
    client.reconnect()
    await settle()
    await sendNumbers(hub, 'ruled', 1, 1)
    expect(shown).toEqual(['idle', 'joining', 'denied', 'live'])
    expect(error.value).toBeUndefined()
    expect(heard).toEqual([1])
  })

  test('in the middle is revoked, and what was missed comes when it ends', async () => {
    const { client, hub, allowed } = ruled()
    const { status, error, on } = client.channel('ruled')
    const heard: unknown[] = []
    on('n', (data) => heard.push(data))
    const others = hear(client.channel('a'))
    await settle()
    await sendNumbers(hub, 'ruled', 1, 1)
    allowed.yes = false
    hub.revoke('ruled')
    await settle()
    expect(status.value).toBe('denied')
    expect(error.value).toMatchObject({ code: 'revoked', channel: 'ruled' })
    await sendNumbers(hub, 'ruled', 2, 2)
    await sendNumbers(hub, 'a', 1, 1)
    expect(heard).toEqual([1])
    expect(others).toEqual([1])
    client.reconnect()
    await settle()
    expect(status.value).toBe('denied')
    allowed.yes = true
    client.reconnect()
    await settle()
    expect(heard).toEqual([1, 2])
    expect(status.value).toBe('live')
  })

  test('of a rule that throws is one too', async () => {
    const { client } = pair({
      makeHub: () => {
        const hub = createHub<UntypedChannels>({ onError: () => {} })
        hub.channel('broken', () => {
          throw new Error('secret')
        })
        return hub
      },
    })
    const { ready, channel } = client.subscribe('broken')
    expect(await ready).toBe('denied')
    expect(channel.error.value?.message).not.toContain('secret')
  })
})

describe('a subscription', () => {
  test('stays joined until it is closed, watched or not', async () => {
    const { client, hub } = pair()
    const { close, channel } = client.subscribe('a')
    await advance(10_000)
    expect(hub.subscriberCount('a')).toBe(1)
    await sendNumbers(hub, 'a', 1, 1)
    expect(channel.latest.value?.data).toBe(1)
    close()
    close()
    await advance(250)
    expect(hub.subscriberCount('a')).toBe(0)
  })

  test("ends its own listeners and loops, and nobody else's", async () => {
    const { client, hub } = pair()
    const one = client.subscribe('a')
    const two = client.subscribe('a')
    const mine = hear({ on: one.on as never })
    const theirs = hear({ on: two.on as never })
    const direct = hear(client.channel('a'))
    const loop = one[Symbol.asyncIterator]()
    const last = loop.next()
    await settle()
    one.close()
    expect(await last).toEqual({ done: true, value: undefined })
    await sendNumbers(hub, 'a', 1, 1)
    expect([mine, theirs, direct]).toEqual([[], [1], [1]])
    // What is begun on it afterwards holds nothing and hears nothing.
    one.on('n', () => expect.unreachable())
    expect(await one[Symbol.asyncIterator]().next()).toMatchObject({ done: true })
    two.close()
    await sendNumbers(hub, 'a', 2, 2)
    expect([theirs, direct]).toEqual([[1], [1, 2]])
  })

  test('can be used with `using`', async () => {
    const { client, hub } = pair()
    const subscription = client.subscribe('a')
    await settle()
    subscription[Symbol.dispose]?.()
    await advance(250)
    expect(hub.connectionCount).toBe(0)
  })
})
