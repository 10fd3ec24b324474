/** Folds of a channel: snapshots that are loaded after the join, and again where history was lost. */
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { loseSome, watching } from '../support/gaps.js'
import { pair, sendNumbers } from '../support/hub-network.js'
import { append, createSnapshots, watched } from '../support/snapshots.js'

withFakeTime()

describe('folds', () => {
  test('with an async seed join first: what comes while the snapshot loads is applied after it', async () => {
    const it = pair()
    const snapshots = createSnapshots()
    const { shown } = watched(it.client.channel('a').fold(snapshots.seed, append))
    expect(snapshots.calls).toHaveLength(0)
    await settle()
    expect(snapshots.calls).toHaveLength(1)
    await sendNumbers(it.hub, 'a', 1, 2)
    expect(shown).toEqual([undefined])
    await snapshots.answer([0])
    expect(shown.at(-1)).toEqual([0, 1, 2])
    // Resumed without a gap: nothing to load.
    it.network.cut()
    await sendNumbers(it.hub, 'a', 3, 3)
    await advance(2000)
    expect(snapshots.calls).toHaveLength(1)
    expect(shown.at(-1)).toEqual([0, 1, 2, 3])
  })

  test('with a plain seed stay as they are, with a function start anew', async () => {
    const it = await watching()
    const plain = watched(it.client.channel('a').fold([], append))
    const made = watched(it.client.channel('a').fold(() => [], append))
    await settle()
    await sendNumbers(it.hub, 'a', 1, 1)
    await loseSome(it)
    expect(plain.shown.at(-1)).toEqual([1, 106, 107, 108, 109, 110])
    expect(made.shown.at(-1)).toEqual([106, 107, 108, 109, 110])
    expect(it.client.channel('a').gap.value?.reason).toBe('trimmed')
  })

  test('of a volatile channel are loaded again with each stream: nobody says what was missed', async () => {
    const it = pair()
    const snapshots = createSnapshots()
    watched(it.client.channel('quiet').fold(snapshots.seed, append))
    await settle()
    await snapshots.answer([])
    it.network.cut()
    await advance(2000)
    expect(snapshots.calls).toHaveLength(2)
    expect(it.client.channel('quiet').gap.value).toBeUndefined()
  })
})
