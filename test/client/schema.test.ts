/** What the schemas of a client accept and refuse, each on its own channel. */
import type { ChannelSchemas, SSEError, UntypedChannels } from 'tidewire'
import { describe, expect, test } from 'vitest'
import { settle, withFakeTime } from '../support/fake-time.js'
import { hear, pair, plainHub, sendNumbers } from '../support/hub-network.js'
import { withReportedErrors } from '../support/test-source.js'

withFakeTime()
withReportedErrors()

describe('a schema', () => {
  /** Takes values of a type. */
  const only = (type: string) => ({
    '~standard': {
      version: 1 as const,
      vendor: 'test',
      validate: (value: unknown) =>
        typeof value === type ? { value } : { issues: [{ message: `no ${type}` }] },
    },
  })

  /** Listens to a name, and hears numbers and texts sent there. */
  async function listen(schema: ChannelSchemas<UntypedChannels>, name: string) {
    const { client, hub } = pair({
      schema,
      makeHub: () => {
        const hub = plainHub()
        for (const pattern of ['files/*path', 'teams/:team/updates', 'a.b']) hub.channel(pattern)
        return hub
      },
    })
    const channel = client.channel(name)
    const heard = hear(channel)
    const errors: SSEError[] = []
    channel.on('error', (error) => errors.push(error))
    const others = hear(client.channel('news'))
    await settle()
    await hub.to(name).send('n', 1)
    await hub.to(name).send('n', 'one')
    await hub.to(name).send('other', true)
    await sendNumbers(hub, 'news', 1, 1)
    expect(others).toEqual([1])
    return { heard, errors, channel, hub }
  }

  test.each([
    ['news', 'a', false],
    ['a', 'a', true],
    ['rooms/:id', 'rooms/7', true],
    ['teams/:team/updates', 'teams/x/updates', true],
    ['rooms/:id', 'teams/x/updates', false],
    ['files/*path', 'files/a/b/c', true],
    ['a.b', 'a.b', true],
    ['a.b', 'a', false],
    [':any', 'a', true],
  ])('of %s holds for %s: %s', async (pattern, name, holds) => {
    const { heard } = await listen({ [pattern]: { n: only('number') } }, name)
    expect(heard).toEqual(holds ? [1, true] : [1, 'one', true])
  })

  test('of a plain name wins over a pattern', async () => {
    const { heard } = await listen(
      { 'rooms/:id': { n: only('number') }, 'rooms/7': { n: only('string') } },
      'rooms/7',
    )
    expect(heard).toEqual(['one', true])
  })

  test('says what it refused: a MessageError with the raw text, cleared by the next good one', async () => {
    const { errors, channel } = await listen({ a: { n: only('number') } }, 'a')
    expect(errors).toMatchObject([
      { code: 'validation', type: 'n', issues: [{ message: 'no number' }] },
    ])
    expect(errors[0]).toMatchObject({ raw: expect.stringContaining('"one"') })
    expect(channel.error.value).toBeUndefined()
  })

  test('that throws, or answers by promise, refuses', async () => {
    const validate = () => {
      throw new Error('broken')
    }
    const broken = { '~standard': { version: 1 as const, vendor: 'test', validate } }
    const late = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: async (value: unknown) => ({ value }),
      },
    }
    const { heard, errors } = await listen({ a: { n: broken, other: late } }, 'a')
    expect(heard).toEqual([])
    expect(errors.map(({ code }) => code)).toEqual(['validation', 'validation', 'validation'])
  })

  test('what it refused has been had: it is not told again after a break', async () => {
    const it = pair({ schema: { a: { n: only('number') } } })
    const errors: SSEError[] = []
    it.client.channel('a').on('error', (error) => errors.push(error))
    await settle()
    await it.hub.to('a').send('n', 'one')
    await settle()
    it.client.reconnect()
    await settle()
    it.network.cut()
    await sendNumbers(it.hub, 'a', 1, 1)
    expect(errors).toHaveLength(1)
  })
})
