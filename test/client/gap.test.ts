/** Where history was lost the channel says so, once, and until somebody has dealt with it. */
import type { GapReason } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { encodeControl } from '../../src/server/frame.js'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { loseSome, watching } from '../support/gaps.js'
import { pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { append, createSnapshots, watched } from '../support/snapshots.js'

withFakeTime()

describe('a gap', () => {
  test('is trimmed where the log forgot, of the channels it forgot of, and the rest follows', async () => {
    const it = await watching()
    await sendNumbers(it.hub, 'a', 1, 1)
    await loseSome(it)
    expect(it.gaps).toEqual([['a', 'trimmed']])
    expect(it.heard.a).toEqual([1, 106, 107, 108, 109, 110])
    expect(it.client.channel('a').gap.value).toEqual({
      reason: 'trimmed',
      since: expect.any(Number),
    })
    expect(it.client.channel('b').gap.value).toBeUndefined()
    await sendNumbers(it.hub, 'b', 1, 1)
    expect(it.heard.b).toEqual([1])
  })

  test('is epoch after a restart: one for each channel, and then what the new log has', async () => {
    const it = await watching()
    await sendNumbers(it.hub, 'a', 1, 2)
    const hub = it.restart()
    await sendNumbers(hub, 'a', 3, 4)
    await advance(5000)
    await sendNumbers(hub, 'b', 1, 1)
    expect(it.gaps).toEqual([
      ['a', 'epoch'],
      ['b', 'epoch'],
    ])
    expect(it.heard).toEqual({ a: [1, 2, 3, 4], b: [1] })
    // And is over: the next break is an ordinary one.
    it.network.cut()
    await advance(2000)
    await sendNumbers(hub, 'a', 5, 5)
    expect(it.gaps).toHaveLength(2)
    expect(it.heard.a).toEqual([1, 2, 3, 4, 5])
  })

  test('that a break follows at once is not told again, nor what came after it', async () => {
    const it = await watching()
    await sendNumbers(it.hub, 'a', 1, 2)
    const hub = it.restart()
    it.client.channel('a').on('n', (n) => {
      if (n === 4) it.network.cut()
    })
    await sendNumbers(hub, 'a', 3, 6)
    await advance(10_000)
    expect(it.gaps).toEqual([
      ['a', 'epoch'],
      ['b', 'epoch'],
    ])
    expect(it.heard.a).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('is rewound where the log lost what it had already given out', async () => {
    const entries: { id: string; channel: string; type: string; data: string }[] = []
    let lost = 0
    const log = {
      append(entry: { channel: string; type: string; data: string }) {
        const id = `e.${entries.length + 1}`
        entries.push({ ...entry, id })
        return id
      },
      read(after: string, limit: number) {
        const position = after === '' ? 0 : Number(after.slice(2))
        const isRewound = position > entries.length
        const from = isRewound ? Math.max(0, entries.length - lost) : position
        const page = entries.slice(from, from + limit)
        return {
          entries: page,
          after: `e.${page.length ? from : entries.length}`,
          ...(isRewound && { gap: 'rewound' as const }),
        }
      },
    }
    const it = await watching({ makeHub: () => plainHub({ log }) })
    await sendNumbers(it.hub, 'a', 1, 5)
    entries.length = 2
    lost = 0
    const hub = it.restart()
    await advance(5000)
    await sendNumbers(hub, 'a', 30, 31)
    expect(it.gaps).toEqual([
      ['a', 'rewound'],
      ['b', 'rewound'],
    ])
    expect(it.heard.a).toEqual([1, 2, 3, 4, 5, 30, 31])
  })

  test.each(['overflow', 'hole', 'of a later version'] as GapReason[])(
    'of the reason %j is passed on',
    async (why) => {
      const it = await watching()
      await sendNumbers(it.hub, 'a', 1, 1)
      const block = encodeControl({ t: 'gap', channels: ['a'], why, i: 'other.7' })
      it.network.onOpen = async (request) => {
        const response = await it.hub.fetch(request)
        const body = response.body?.pipeThrough(
          new TransformStream<Uint8Array, Uint8Array>({
            transform(chunk, controller) {
              controller.enqueue(chunk)
              controller.enqueue(block)
            },
          }),
        )
        return new Response(body ?? null, { headers: response.headers })
      }
      it.network.cut()
      await advance(2000)
      expect(it.gaps[0]).toEqual(['a', why])
    },
  )

  test('is a new object each time', async () => {
    const it = await watching()
    await loseSome(it)
    const first = it.client.channel('a').gap.value
    await loseSome(it)
    expect(it.gaps).toEqual([
      ['a', 'trimmed'],
      ['a', 'trimmed'],
    ])
    expect(it.client.channel('a').gap.value).not.toBe(first)
  })
})

describe('it stays', () => {
  test('until acknowledge(), which needs no this and clears it for all views', async () => {
    const it = await watching()
    const { acknowledge } = it.client.channel('a', { history: 3 })
    await loseSome(it)
    await sendNumbers(it.hub, 'a', 200, 201)
    expect(it.client.channel('a').gap.value).toBeDefined()
    acknowledge()
    expect(it.client.channel('a').gap.value).toBeUndefined()
    acknowledge()
  })

  test('until the last one leaves', async () => {
    const it = pair({ makeHub: () => plainHub({ log: { maxEvents: 5 } }) })
    const channel = it.client.channel('a')
    const { stop } = watched(channel.latest)
    await settle()
    await loseSome(it)
    expect(channel.gap.value?.reason).toBe('trimmed')
    stop()
    await advance(250)
    expect(channel.gap.value).toBeUndefined()
  })

  test('until a fold has a new snapshot; the old state stays meanwhile', async () => {
    const it = await watching()
    const snapshots = createSnapshots()
    const channel = it.client.channel('a')
    const fold = watched(channel.fold(snapshots.seed, append))
    await settle()
    await snapshots.answer(['first'])
    await sendNumbers(it.hub, 'a', 1, 1)
    await loseSome(it)
    expect(snapshots.calls).toHaveLength(2)
    expect(fold.shown.at(-1)).toEqual(['first', 1, 106, 107, 108, 109, 110])
    expect(channel.gap.value?.reason).toBe('trimmed')
    await snapshots.refuse(new Error('busy'))
    expect(channel.gap.value?.reason).toBe('trimmed')
    expect(channel.error.value?.code).toBe('seed')
    await advance(2000)
    await snapshots.answer(['second'])
    expect(fold.shown.at(-1)).toEqual(['second'])
    expect(channel.gap.value).toBeUndefined()
    expect(channel.error.value).toBeUndefined()
    await sendNumbers(it.hub, 'a', 7, 7)
    expect(fold.shown.at(-1)).toEqual(['second', 7])
  })
})
