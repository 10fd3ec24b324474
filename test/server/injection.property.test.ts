import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameProblem } from '../../src/contract.js'
import { createHub } from '../../src/server/index.js'
import { type Block, get, open, openBody, post, read } from '../support/hub-reader.js'

/** Text that would mean something where it must not. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '\n\n',
        '\0',
        ':',
        ' ',
        'data: x',
        'event: hub',
        'id: 9',
        '{"t":"hello"}',
        '"',
        '\\',
        '\u2028',
        '\ufeff',
        'é',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
)

/** Half characters do not survive UTF-8. */
const wellFormed = (text: string) =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text))

const kinds = (blocks: readonly Block[]) =>
  blocks.map(({ type, data }) => (type === 'hub' ? JSON.parse(data).t : type))

test('a payload of any text arrives as it is, and as nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), hostile, async (value, text) => {
      const hub = createHub()
      hub.channel('a')
      const stream = await open(hub, ['a'])
      const payload = { value, [text]: text }
      await hub.to('a').send('n', payload)
      await stream.settled()
      expect(kinds(stream.blocks)).toEqual(['hello', 'sub', 'message'])
      expect(JSON.parse((stream.blocks[2] as Block).data).d).toEqual(
        JSON.parse(JSON.stringify(payload)),
      )
      await hub.close()
    }),
  )
})

test('a type of any text is refused or arrives as it is', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (type) => {
      const hub = createHub()
      hub.channel('a')
      const stream = await open(hub, ['a'])
      const native = await read(await hub.fetch(get('channel=a&mode=native')))
      try {
        void hub.to('a').send(type, 1)
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        return
      } finally {
        await stream.settled()
        await native.settled()
      }
      expect(kinds(stream.blocks)).toEqual(['hello', 'sub', 'message'])
      expect(JSON.parse((stream.blocks[2] as Block).data).e).toBe(wellFormed(type))
      expect(native.blocks.slice(1).map(({ type, data }) => [type, data])).toEqual([
        [wellFormed(type), '1'],
      ])
      await hub.close()
    }),
  )
})

test('a text of any kind arrives in native form line by line', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (text) => {
      const hub = createHub()
      hub.channel('a')
      const stream = await read(await hub.fetch(get('channel=a&mode=native')))
      await hub.to('a').send('n', text)
      await stream.settled()
      expect(stream.blocks.slice(1).map(({ type, data }) => [type, data])).toEqual([
        ['n', wellFormed(text).replace(/\r\n?/g, '\n')],
      ])
      await hub.close()
    }),
  )
})

test('a channel of any name is unknown or carries it, and its verdict is the only thing said', async () => {
  await fc.assert(
    fc.asyncProperty(hostile, async (name) => {
      const hub = createHub()
      hub.channel('*all')
      const stream = await open(hub, [name])
      await stream.settled()
      expect(kinds(stream.blocks)).toEqual(['hello', 'sub'])
      const good = nameProblem(name) === undefined
      const { channels } = JSON.parse((stream.blocks[1] as Block).data)
      expect(channels).toEqual({ [wellFormed(name)]: good ? 'ok' : 'unknown' })
      await hub.close()
    }),
  )
})

test('ids and labels of any text are refused or change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      hostile,
      fc.constantFrom('last', 'cid', 'replaces', 'since'),
      async (text, where) => {
        const hub = createHub()
        hub.channel('a')
        const body =
          where === 'since'
            ? openBody([{ name: 'a', since: text }])
            : openBody(['a'], { [where]: text })
        const answer = await hub.fetch(post(body))
        expect([200, 400]).toContain(answer.status)
        if (answer.status === 200) {
          const stream = await read(answer)
          await stream.settled()
          expect(['hello,sub', 'hello,gap,sub']).toContain(kinds(stream.blocks).join())
        }
        await hub.close()
      },
    ),
  )
})
