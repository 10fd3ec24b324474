/** Nothing is lost and nothing comes twice: cursors, `since` and replay. */
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'

withFakeTime()

describe('after a break', () => {
  test('every channel goes on where it was', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    const b = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'a', 1, 2)
    await sendNumbers(hub, 'b', 1, 1)
    network.cut()
    await sendNumbers(hub, 'a', 3, 4)
    await sendNumbers(hub, 'b', 2, 2)
    await advance(2000)
    await sendNumbers(hub, 'a', 5, 5)
    expect(a).toEqual([1, 2, 3, 4, 5])
    expect(b).toEqual([1, 2])
    expect(network.opens).toHaveLength(2)
    // The cursor covers both: nothing else is named.
    expect(network.opens[1]?.channels).toEqual([{ name: 'a' }, { name: 'b' }])
    expect(network.opens[1]?.last).toMatch(/\.3$/)
    expect(client.channel('a').gap.value).toBeUndefined()
  })

  test('status is resuming until the verdict', async () => {
    const { client, network } = pair()
    const { shown } = watched(client.channel('a').status)
    client.subscribe('a')
    await settle()
    network.cut()
    await advance(2000)
    expect(shown).toEqual(['idle', 'joining', 'live', 'resuming', 'live'])
  })

  test('a channel that was added meanwhile begins from now on, not where the others were', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    await settle()
    network.isDown = true
    network.cut()
    await settle()
    const b = hear(client.channel('b'))
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'b', 1, 3)
    network.isDown = false
    await advance(5000)
    await sendNumbers(hub, 'b', 4, 4)
    expect(a).toEqual([1])
    expect(b).toEqual([4])
    expect(network.opens.at(-1)?.channels).toEqual([
      { name: 'a' },
      { name: 'b', since: { last: 0 } },
    ])
  })

  test('lastEventId is where the first stream begins', async () => {
    const { hub, network } = pair()
    const { id } = await hub.to('a').send('n', 1)
    await hub.to('a').send('n', 2)
    const { client } = pair({ fetch: network.fetch, lastEventId: id })
    const heard = hear(client.channel('a'))
    await settle()
    expect(heard).toEqual([2])
    expect(network.opens).toMatchObject([{ last: id, channels: [{ name: 'a' }] }])
  })

  test('`since` is sent until the sub: a verdict that did not come is no loss', async () => {
    let isSlow = false
    let answer = (_: boolean) => {}
    const makeHub = () => {
      const hub = plainHub()
      hub.channel('slow', () =>
        isSlow ? new Promise<boolean>((resolve) => (answer = resolve)) : true,
      )
      return hub
    }
    const { client, hub, network } = pair({ makeHub })
    const others = hear(client.channel('a'))
    const heard = hear(client.channel('slow'))
    await settle()
    await sendNumbers(hub, 'slow', 1, 1)
    isSlow = true
    network.cut()
    await advance(2000)
    // Too slow: the hub's cursor goes on without it.
    await advance(6000)
    await sendNumbers(hub, 'slow', 2, 3)
    await sendNumbers(hub, 'a', 1, 1)
    expect([others, heard]).toEqual([[1], [1]])
    expect(client.channel('slow').status.value).toBe('resuming')
    isSlow = false
    network.cut()
    await advance(2000)
    await sendNumbers(hub, 'slow', 4, 4)
    expect(heard).toEqual([1, 2, 3, 4])
    expect(network.opens[2]?.last).not.toEqual(network.opens[1]?.last)
    expect(network.opens[2]?.channels).toEqual([
      { name: 'a' },
      { name: 'slow', since: network.opens[1]?.last },
    ])
    answer(true)
  })

  test('a quiet channel is not resumed from its own last message, which the log may have forgotten', async () => {
    const makeHub = () => plainHub({ log: { maxEvents: 5 } })
    const { client, hub, network } = pair({ makeHub })
    const quiet = hear(client.channel('a'))
    const busy = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'b', 1, 50)
    for (let n = 0; n < 3; n++) {
      network.cut()
      await advance(5000)
    }
    await sendNumbers(hub, 'a', 2, 2)
    expect(client.channel('a').gap.value).toBeUndefined()
    expect(quiet).toEqual([1, 2])
    expect(busy).toHaveLength(50)
  })

  test('a heartbeat keeps the cursor of a quiet channel fresh', async () => {
    const makeHub = () => plainHub({ log: { maxEvents: 5 } })
    const { client, hub, network } = pair({ makeHub })
    const heard = hear(client.channel('a'))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    // Nobody here listens to b.
    await sendNumbers(hub, 'b', 1, 50)
    await advance(16_000)
    network.cut()
    await advance(2000)
    await sendNumbers(hub, 'a', 2, 2)
    expect(heard).toEqual([1, 2])
    expect(client.channel('a').gap.value).toBeUndefined()
  })
})

describe('replay', () => {
  test.each([
    ['earliest', [1, 2, 3, 4, 5, 6]],
    [{ last: 2 }, [4, 5, 6]],
    [{ last: 0 }, [6]],
    [undefined, [6]],
  ] as const)('%j', async (replay, expected) => {
    const { client, hub } = pair()
    await sendNumbers(hub, 'b', 1, 3)
    await sendNumbers(hub, 'a', 1, 5)
    const heard = hear(client.channel('a', { replay }))
    await settle()
    await sendNumbers(hub, 'a', 6, 6)
    expect(heard).toEqual(expected)
  })

  test('after an id', async () => {
    const { client, hub } = pair()
    await sendNumbers(hub, 'a', 1, 2)
    const { id } = await hub.to('a').send('n', 3)
    await sendNumbers(hub, 'a', 4, 5)
    const heard = hear(client.channel('a', { replay: id }))
    await settle()
    expect(heard).toEqual([4, 5])
  })

  test('of a channel that is added to an open stream moves nobody else', async () => {
    const { client, hub, network } = pair()
    const a = hear(client.channel('a'))
    await settle()
    await sendNumbers(hub, 'b', 1, 3)
    await sendNumbers(hub, 'a', 1, 3)
    const b = hear(client.channel('b', { replay: 'earliest' }))
    await settle()
    network.cut()
    await advance(2000)
    await sendNumbers(hub, 'a', 4, 4)
    await sendNumbers(hub, 'b', 4, 4)
    expect(a).toEqual([1, 2, 3, 4])
    expect(b).toEqual([1, 2, 3, 4])
  })

  test('counts at the join: of two views the first one, and a later one starts with nothing', async () => {
    const { client, hub } = pair()
    await sendNumbers(hub, 'a', 1, 5)
    const first = hear(client.channel('a', { replay: { last: 2 } }))
    await settle()
    const second = hear(client.channel('a', { replay: 'earliest' }))
    await settle()
    await sendNumbers(hub, 'a', 6, 6)
    expect(first).toEqual([4, 5, 6])
    expect(second).toEqual([6])
  })

  test('that breaks off goes on after what came', async () => {
    const { client, hub, network } = pair()
    // More than the hub sends ahead, so that the break comes in the middle.
    const text = 'x'.repeat(3000)
    for (let n = 1; n <= 60; n++) void hub.to('a').send('n', { n, text })
    const heard: number[] = []
    client.channel('a', { replay: 'earliest' }).on('n', (data) => {
      heard.push((data as { n: number }).n)
      if (heard.length === 25) network.cut()
    })
    await advance(5000)
    expect(heard).toEqual(Array.from({ length: 60 }, (_, n) => n + 1))
    expect(network.opens[1]?.channels).toEqual([
      { name: 'a', since: expect.stringMatching(/\.[2-5]\d$/) },
    ])
  })
})
