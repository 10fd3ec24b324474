import type { Channel } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { expect } from 'vitest'
import { blocksOf, isCode } from '../support/document/block.js'
import { typeErrors } from '../support/document/compile.js'
import { filesOf, readDocument } from '../support/document/modules.js'
import { describeDocument, type Place } from '../support/document/node.js'

const DOCUMENT = 'docs/typed-channels.md'

function start(place: Place) {
  const hub = createHub<Record<string, Record<string, unknown>>>()
  hub.channel('notices')
  hub.channel('users/:id')
  place.serve(toNodeHandler(hub))
  return hub
}

describeDocument(
  'docs/typed-channels.md',
  {
    async 'channels.ts'({ load }) {
      expect(Object.keys(await load('channels.ts'))).toEqual([])
    },

    async 'inbox.ts'(place) {
      const hub = start(place)
      interface Inbox {
        client: { close(): void }
        inboxOf(user: string): Channel
        listen(user: string): Channel
      }
      const { client, inboxOf, listen } = await place.load<Inbox>('inbox.ts')
      const inbox = listen('ann')
      expect(inbox.name).toBe('users/ann')
      await place.until(() => inbox.status.value === 'live')
      await hub.to('users/ann').send('inbox', { from: 'bob', text: 'Ahoy' })
      await hub.to('users/ann').send('typing', { user: 'bob' })
      await place.until(() => place.printed.length === 2)
      expect(place.printed).toEqual(['bob: Ahoy', 'bob is typing'])
      expect(() => inboxOf('ann/mail')).toThrow(/cannot be part of a name/)
      client.close()
    },

    async 'schemas.ts'({ load }) {
      const { schemas } = await load<{ schemas: object }>('schemas.ts')
      expect(Object.keys(schemas)).toEqual(['notices', 'users/:id'])
    },

    async 'schema.ts'({ load }) {
      interface Schemas {
        text: unknown
        object(shape: object): { '~standard': { validate(value: unknown): unknown } }
      }
      const { object, text } = await load<Schemas>('schema.ts')
      const { validate } = object({ a: text })['~standard']
      expect(validate({ a: 'b' })).toEqual({ value: { a: 'b' } })
      const issue = { message: 'not a text: undefined', path: ['a'] }
      expect(validate(null)).toEqual({ issues: [issue] })
    },

    async 'watch.ts'(place) {
      const hub = start(place)
      const { notices } = await place.load<{ notices: Channel }>('watch.ts')
      const { checked } = await place.load<{ checked: { close(): void } }>('schemas.ts')
      await place.until(() => notices.status.value === 'live')
      await hub.to('notices').send('alert', { level: 'info' })
      await hub.to('notices').send('alert', { level: 'info', text: 'Low tide' })
      await place.until(() => place.printed.length === 2)
      expect(place.printed[0]).toMatch(/^alert .*"level":"info".* not a text: undefined$/)
      expect(place.printed[1]).toBe('info Low tide')
      checked.close()
    },
  },
  {
    async 'what the table says does not compile does not, for the reason it gives'() {
      const table = readDocument(DOCUMENT)
        .split('\n')
        .filter((line) => /^\| `/.test(line))
      const rows = table.map((line) =>
        line.split(' | ').map((cell) => cell.replace(/^\| |`| \|$/g, '')),
      )
      expect(rows).toHaveLength(5)
      const code = `
        import { SSEClient } from 'tidewire'
        import { createHub } from 'tidewire/server'
        const client = new SSEClient()
        const hub = createHub()
        const notices = client.channel('notices')
        ${rows.map(([statement]) => `void ${statement?.replace('…', '() => {}')}`).join('\n')}`
      const files = filesOf(DOCUMENT).filter(isCode)
      const found = await typeErrors([{ language: 'ts', name: 'rows.ts', code }], files)
      const lines = rows.map((_row, at) =>
        found.filter((said) => said.startsWith(`rows.ts:${at + 7} `)),
      )
      expect(lines.map((said) => said.length > 0)).toEqual(rows.map(() => true))
      expect(lines[1]?.join()).toContain(rows[1]?.[1])
      expect(lines[2]?.join()).toContain(rows[2]?.[1])
      expect(blocksOf(readDocument(DOCUMENT)).length).toBeGreaterThan(4)
    },
  },
)
