/** What a channel brings: messages by type, in order, as signals, folds and loops. */
import { effect, type MessageError } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { advance, settle, withFakeTime } from '../support/fake-time.js'
import { hear, type PairOptions, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { watched } from '../support/snapshots.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
const reported = withReportedErrors()

describe('messages', () => {
  test('arrive by type, in order, with their ids', async () => {
    const { client, hub } = pair()
    const news = client.channel('news')
    const heard: unknown[] = []
    news.on('n', (data, message) => heard.push([data, message.type, message.id]))
    news.on('other', (data) => heard.push(data))
    await settle()
    const { id } = await hub.to('news').send('n', { deep: [1] })
    await hub.to('news').send('other')
    await settle()
    expect(heard).toEqual([[{ deep: [1] }, 'n', id], undefined])
  })

  test('of one read are one change of the signals', async () => {
    const { client, hub } = pair()
    const { latest, messages, on, latestOf } = client.channel('news')
    let runs = 0
    effect(() => {
      void [latest.value, messages.value, latestOf('n').value]
      runs++
    })
    let calls = 0
    on('n', () => calls++)
    await settle()
    const before = runs
    await sendNumbers(hub, 'news', 1, 1000)
    expect(calls).toBe(1000)
    expect(runs - before).toBe(1)
    expect(messages.value).toHaveLength(100)
    expect(latestOf('n').value?.data).toBe(1000)
  })

  test('fold, iteration and throttle work as on a source', async () => {
    const { client, hub } = pair()
    const slow = client.channel('news', { throttle: 100 })
    const { shown } = watched(slow.latest)
    const sum = watched(client.channel('news').fold(0, (n, { data }) => n + Number(data)))
    const iterator = client.channel('news')[Symbol.asyncIterator]()
    await settle()
    for (let n = 1; n <= 5; n++) {
      await sendNumbers(hub, 'news', n, n)
      await advance(10)
    }
    await advance(100)
    expect(shown.map((message) => message?.data)).toEqual([undefined, 1, 5])
    expect(sum.shown.at(-1)).toBe(15)
    expect(await iterator.next()).toMatchObject({ done: false, value: { data: 1 } })
    await iterator.return?.()
  })

  test('of type error arrive as a RemoteError', async () => {
    const { client, hub } = pair()
    const errors: unknown[] = []
    client.channel('news').on('error', ({ code, message }) => errors.push([code, message]))
    await settle()
    await hub.to('news').send('error', { message: 'disk full' })
    await settle()
    expect(errors).toEqual([['remote', 'disk full']])
  })

  test('of a volatile channel have no ids', async () => {
    const { client, hub } = pair()
    const ids: string[] = []
    hear(client.channel('a'))
    client.channel('quiet').on('*', (_, { id }) => ids.push(id))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'quiet', 1, 2)
    expect(ids).toEqual(['', ''])
  })

  test('that a listener of one channel chokes on reach the others', async () => {
    const { client, hub } = pair()
    client.channel('a').on('n', () => {
      throw new Error('mine')
    })
    const heard = hear(client.channel('b'))
    await settle()
    await sendNumbers(hub, 'a', 1, 1)
    await sendNumbers(hub, 'b', 1, 1)
    expect(heard).toEqual([1])
    expect(reported.splice(0)).toMatchObject([{ message: 'mine' }])
  })
})

describe('names and options', () => {
  test.each(['', 'a//b', '/a', 'a\n', 'users/:id', '*all', '..'])('%j is no name', (name) => {
    const { client } = pair()
    expect(() => client.channel(name as 'a')).toThrow(/is no channel name/)
    expect(() => client.subscribe(name as 'a')).toThrow(TypeError)
  })

  test.each<[object, RegExp]>([
    [{ history: -1 }, /channel\("a"\): the option "history"/],
    [{ queue: 0 }, /"queue"/],
    [{ throttle: 'often' }, /"throttle"/],
    [{ replay: 5 }, /"replay" takes 'earliest', \{ last: n \} or an id/],
    [{ replay: { last: -1 } }, /"replay"/],
    [{ replay: 'a b' }, /"replay"/],
  ])('%j cannot be meant', (options, said) => {
    const { client } = pair()
    expect(() => client.channel('a', options)).toThrow(said)
  })
})

describe('a message over maxEventSize', () => {
  const long = 'x'.repeat(5000)
  /** What each of them is told of. */
  function told(options: PairOptions = {}) {
    const it = pair({ maxEventSize: 1000, ...options })
    const errors: string[] = []
    it.client.on('error', ({ code }) => errors.push(`client ${code}`))
    for (const name of ['a', 'b', 'news']) {
      const { on, latest } = it.client.channel(name)
      on('error', (error) => errors.push(`${name} ${error.code}`))
      on('*', (data) => errors.push(`${name} ${data}`))
      void latest
    }
    return { ...it, errors }
  }

  test('is told to its channel alone, and the next one is heard', async () => {
    const { client, hub, errors } = told()
    await settle()
    for (const text of [long, 'fine']) await hub.to('a').send('n', text)
    await sendNumbers(hub, 'b', 1, 1)
    expect(errors).toEqual(['a too-large', 'a fine', 'b 1'])
    expect(client.error.value).toBeUndefined()
    expect(client.channel('a').status.value).toBe('live')
  })

  test('is in the error of its channel, with its beginning, until the next good one', async () => {
    const { client, hub } = told()
    const { error } = client.channel('a')
    await settle()
    await hub.to('a').send('n', { text: long })
    await settle()
    expect(error.value).toMatchObject({ name: 'MessageError', code: 'too-large' })
    expect((error.value as MessageError).raw.trim()).toMatch(/^\{"c":"a","e":"n","d":\{"text":"x+$/)
    await sendNumbers(hub, 'a', 1, 1)
    expect(error.value).toBeUndefined()
  })

  test.each(['a","e":"b', '\\', '"', 'ä/漢', '{"c":"b","e":""}'])(
    'is told to a channel of the name %j',
    async (name) => {
      const makeHub = () => {
        const hub = plainHub()
        hub.channel(name)
        return hub
      }
      const { client, hub, errors } = told({ makeHub })
      client.channel(name).on('error', ({ code }) => errors.push(`odd ${code}`))
      await settle()
      await hub.to(name).send('n', long)
      await settle()
      expect(errors).toEqual(['odd too-large'])
    },
  )

  test('has been had: after a break it does not come again', async () => {
    const { hub, errors, network } = told()
    await settle()
    await hub.to('a').send('n', long)
    await settle()
    network.cut()
    await advance(3000)
    expect(errors.filter((error) => error.includes('too-large'))).toEqual(['a too-large'])
  })

  test('that does not say in time whose it is, is told to the client', async () => {
    const { network, errors, hub } = told()
    network.onOpen = async (request) => {
      const { body } = await hub.fetch(request)
      const swap = new TransformStream<Uint8Array, Uint8Array>({
        transform: (chunk, to) =>
          to.enqueue(
            new TextEncoder().encode(
              new TextDecoder()
                .decode(chunk)
                .replace('"c":"a","e":"n",', '')
                .replace(/}$/m, ',"c":"a"}'),
            ),
          ),
      })
      return new Response(body?.pipeThrough(swap) ?? null, {
        headers: { 'content-type': 'text/event-stream' },
      })
    }
    await settle()
    await settle()
    await hub.to('a').send('n', long)
    await settle()
    await settle()
    expect(errors).toEqual(['client too-large'])
  })
})
