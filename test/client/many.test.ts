/** More channels than fit into one request, or than the hub allows: nobody is closed for it. */
import type { Channel } from 'tidewire'
import { expect, test } from 'vitest'
import { LEAST_BODY } from '../../src/hub-protocol.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, type Pair, type PairOptions, pair, plainHub } from '../support/hub-network.js'

withFakeTime()

const names = (count: number, length = 66) =>
  Array.from({ length: count }, (_, at) => `rooms/${String(at).padStart(length - 6, '0')}`)

const hubOf = (channelsPerConnection?: number): PairOptions => ({
  makeHub: () => plainHub({ limits: { channelsPerConnection } }),
})

/** How many of them are in each status. */
function tally(channels: readonly Pick<Channel, 'status'>[]) {
  const counts: Record<string, number> = {}
  for (const { status } of channels) counts[status.value] = (counts[status.value] ?? 0) + 1
  return counts
}

const sizes = ({ network: { opens, controls } }: Pair) =>
  [...opens, ...controls].map((body) => new TextEncoder().encode(JSON.stringify(body)).length)

test.each([
  [700, 200],
  [1000, 20],
  [5000, 20],
  [5000, 190],
])(
  'of %i names of %i characters the hub lets in what it allows, and the others are over the limit',
  async (count, length) => {
    const it = pair()
    const subscriptions = names(count, length).map((name) => it.client.subscribe(name))
    const errors: unknown[] = []
    for (const { channel } of subscriptions) channel.on('error', ({ code }) => errors.push(code))
    await advance(1000)
    expect(tally(subscriptions.map(({ channel }) => channel))).toEqual({
      live: 100,
      limit: count - 100,
    })
    expect(errors).toEqual(Array(count - 100).fill('limit'))
    expect(await Promise.all(subscriptions.map(({ ready }) => ready))).toEqual([
      ...Array(100).fill('ok'),
      ...Array(count - 100).fill('limit'),
    ])
    expect(it.client.connected).toBe(true)
    expect(it.network.opens).toHaveLength(1)
    expect(Math.max(...sizes(it))).toBeLessThanOrEqual(LEAST_BODY)
    await it.hub.to(subscriptions[0]?.channel.name ?? '').send('n', 1)
    await settle()
    expect(subscriptions[0]?.channel.latest.value?.data).toBe(1)
  },
)

test('a hub that allows more says so, and everything that it allows is joined', async () => {
  const it = pair(hubOf(2000))
  const subscriptions = names(2500).map((name) => it.client.subscribe(name))
  await advance(1000)
  expect(tally(subscriptions.map(({ channel }) => channel))).toEqual({ live: 2000, limit: 500 })
  expect(it.network.opens).toHaveLength(1)
  expect(it.network.controls).toHaveLength(1)
  expect(it.hub.activeChannels).toHaveLength(2000)
})

test('who leaves makes room for the next, whether or not the hub was ever asked for it', async () => {
  const it = pair()
  const subscriptions = names(400, 200).map((name) => it.client.subscribe(name))
  await advance(1000)
  for (const subscription of subscriptions.slice(0, 350)) subscription.close()
  await advance(5000)
  const rest = subscriptions.slice(350).map(({ channel }) => channel)
  expect(tally(rest)).toEqual({ live: 50 })
  const heard = hear(rest[49] as Channel)
  await it.hub.to(rest[49]?.name ?? '').send('n', 1)
  await settle()
  expect(heard).toEqual([1])
})

test('what did not fit into the request that resumes loses nothing', async () => {
  const it = pair(hubOf(800))
  const channels = names(800, 150).map((name) => it.client.channel(name))
  const heard = channels.map((channel) => hear(channel))
  const send = async (n: number) => {
    for (const { name } of channels) void it.hub.to(name).send('n', n)
    await settle()
  }
  await advance(1000)
  await send(1)
  it.network.cut()
  await send(2)
  await advance(3000)
  await send(3)
  it.client.reconnect()
  await send(4)
  await advance(3000)
  await send(5)
  expect(it.network.opens.map(({ channels }) => channels.length < 800)).toEqual([true, true, true])
  expect(tally(channels)).toEqual({ live: 800 })
  for (const numbers of heard) expect(numbers).toEqual([1, 2, 3, 4, 5])
  expect(channels.filter(({ gap }) => gap.value)).toEqual([])
})

test('a hub that allows less after its restart is asked for less', async () => {
  let allowed = 1000
  const it = pair({ makeHub: () => plainHub({ limits: { channelsPerConnection: allowed } }) })
  const channels = names(1000, 100).map((name) => it.client.channel(name))
  for (const channel of channels) channel.on('n', () => {})
  await advance(1000)
  expect(tally(channels)).toEqual({ live: 1000 })
  allowed = 100
  it.restart()
  await advance(3000)
  expect(tally(channels)).toEqual({ live: 100, limit: 900 })
  allowed = 1000
  it.restart()
  await advance(3000)
  expect(tally(channels)).toEqual({ live: 1000 })
})
