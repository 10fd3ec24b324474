/** Streams that overlap bring the same messages, and what has no past brings none: each message comes once. */
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'

withFakeTime()

describe('overlapping streams', () => {
  test('what both bring comes once', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    const b = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'a', 1, 3)
    let open = () => {}
    network.onOpen = (request) =>
      new Promise((resolve) => {
        open = () => resolve(hub.fetch(request))
      })
    client.reconnect()
    await settle()
    // After the request that names the cursor, before its answer.
    await sendNumbers(hub, 'a', 4, 6)
    await sendNumbers(hub, 'b', 1, 2)
    open()
    await sendNumbers(hub, 'a', 7, 8)
    expect(a).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(b).toEqual([1, 2])
    expect(client.channel('a').gap.value).toBeUndefined()
  })

  test('a channel that joined on the old one after the new one was asked for loses nothing', async () => {
    const { client, hub, network } = pair()
    client.subscribe('a')
    await settle()
    let open = () => {}
    network.onOpen = (request) =>
      new Promise((resolve) => {
        open = () => resolve(hub.fetch(request))
      })
    await sendNumbers(hub, 'b', 1, 2)
    client.reconnect()
    await settle()
    await sendNumbers(hub, 'b', 3, 3)
    const b = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'b', 4, 5)
    open()
    await settle()
    await sendNumbers(hub, 'b', 6, 6)
    expect(b).toEqual([4, 5, 6])
  })

  test('a replacement that fails leaves everything as it was', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    const states: string[] = []
    const { stop } = watched(client.status)
    await settle()
    network.onOpen = () => new Response(null, { status: 503 })
    client.reconnect()
    await settle()
    await sendNumbers(hub, 'a', 1, 2)
    network.onOpen = undefined
    network.cut()
    await advance(2000)
    await sendNumbers(hub, 'a', 3, 3)
    expect(a).toEqual([1, 2, 3])
    expect(network.opens.at(-1)?.channels).toEqual([{ name: 'a' }])
    expect(states).toEqual([])
    stop()
  })

  test('drops of the new one before its verdict lose nothing', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    await settle()
    await sendNumbers(hub, 'a', 1, 2)
    for (let n = 3; n <= 30; n++) {
      client.reconnect()
      void hub.to('a').send('n', n)
      for (let turn = 0; turn < n % 9; turn++) await Promise.resolve()
      if (n % 3 === 0) network.cut()
      if (n % 5 === 0) await advance(2000)
      else if (n % 2 === 0) await settle()
    }
    await advance(60_000)
    expect(a).toEqual(Array.from({ length: 30 }, (_, n) => n + 1))
  })
})

test('a volatile channel has no past: what came while there was no stream is gone, without a gap', async () => {
  const { client, hub, network } = pair()
  const heard = hear(client.channel('quiet'))
  const { shown } = watched(client.channel('quiet').gap)
  await settle()
  await sendNumbers(hub, 'quiet', 1, 1)
  network.cut()
  await sendNumbers(hub, 'quiet', 2, 2)
  await advance(2000)
  await sendNumbers(hub, 'quiet', 3, 3)
  expect(heard).toEqual([1, 3])
  expect(shown).toEqual([undefined])
})
