/** A POST that nobody watches any more is over: the next watcher does not send it again. */
import { createSource, effect } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { advance, withFakeTime } from '../support/fake-time.js'
import { createScriptedFetch } from '../support/scripted-fetch.js'

describe('a POST whose last watcher left', () => {
  withFakeTime()

  test('is closed, and sent again only by connect()', async () => {
    const { fetch, exchanges } = createScriptedFetch()
    const source = createSource('http://a.test/answer', { body: { prompt: 'why' }, fetch })

    effect(() => void source.latest.value)()
    const stop = effect(() => void source.latest.value)
    await advance(10)
    stop()
    await advance(1000)
    expect(source.state.value).toEqual({ status: 'closed', reason: 'server' })

    const again = effect(() => void source.latest.value)
    await advance(1000)
    expect(exchanges).toHaveLength(1)

    source.connect()
    await advance(10)
    expect(exchanges).toHaveLength(2)
    again()
    source.close()
  })
})
