import { SSEClient } from 'tidewire'
import type { Hub } from 'tidewire/server'
import { expect, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument, type Place } from '../support/document/node.js'

type Heard = [type: string, data: unknown][]

/** The hub of the page, and clients of it. */
async function start({ load }: Place) {
  const { hub } = await load<{ hub: Hub }>('hub.ts')
  const clients: SSEClient[] = []
  return {
    hub,
    /** Hears what is sent on a channel. */
    async join(user: string | undefined, name: string) {
      const headers: HeadersInit = user ? { user } : {}
      const client = new SSEClient({ fetch: hub.fetch, headers })
      clients.push(client)
      const subscription = client.subscribe(name)
      const heard: Heard = []
      subscription.on('*', (data, { type }) => heard.push([type, data]))
      subscription.on('error', () => {})
      return { client, heard, verdict: await subscription.ready }
    },
    async stop() {
      for (const client of clients) client.close()
      await hub.close()
    },
  }
}

describeDocument('docs/hub.md', {
  async 'channels.ts'({ load }) {
    expect(Object.keys(await load('channels.ts'))).toEqual([])
  },

  async 'hub.ts'(place) {
    const { hub, join, stop } = await start(place)
    const verdicts = async (user: string | undefined, ...names: string[]) =>
      Promise.all(names.map(async (name) => (await join(user, name)).verdict))
    expect(await verdicts('bob', 'notices', 'chat/staff', 'files/a/b', 'pointers', 'x')).toEqual([
      'ok',
      'denied',
      'ok',
      'volatile',
      'unknown',
    ])
    expect(await verdicts('ann', 'chat/staff')).toEqual(['ok'])
    expect(await verdicts(undefined, 'chat/lobby', 'files/a', 'files')).toEqual([
      'ok',
      'denied',
      'unknown',
    ])
    expect(place.printed).toContain('bob came to notices')
    expect(() => hub.to('x' as never)).toThrow(/Declare it/)
    expect(hub.subscriberCount('notices')).toBe(1)
    hub.revoke('notices', 'ann')
    expect(hub.subscriberCount('notices')).toBe(1)
    hub.revoke('notices', 'bob')
    expect(hub.subscriberCount('notices')).toBe(0)
    await stop()
  },

  async 'sending.ts'(place) {
    const { hub, join, stop } = await start(place)
    const sending = await place.load<{
      say(name: string, text: string, from: string, clientId: string): Promise<unknown>
      tell(user: string, text: string): Promise<unknown>
      importFile(id: string, lines: readonly string[]): Promise<void>
    }>('sending.ts')
    expect(place.printed[0]).toMatch(/^sent as \w+\.1$/)

    const ann = await join('ann', 'chat/lobby')
    const bob = await join('bob', 'chat/lobby')
    await sending.say('lobby', 'Ahoy', 'ann', ann.client.id)
    await eventually(() => expect(bob.heard).toEqual([['message', { text: 'Ahoy', from: 'ann' }]]))
    expect(ann.heard).toEqual([])
    expect(() => sending.say('a/b', 'Ahoy', 'ann', '')).toThrow(/cannot be part of a name/)

    const forAnn = await join('ann', 'notices')
    const forBob = await join('bob', 'notices')
    await sending.tell('ann', 'Psst')
    await eventually(() => expect(forAnn.heard).toEqual([['alert', { text: 'Psst' }]]))
    expect(forBob.heard).toEqual([])

    const complain = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { heard } = await join('ann', 'imports/7')
    await sending.importFile('7', ['a', 'b'])
    await sending.importFile('7', ['a', ''])
    await eventually(() => expect(heard).toHaveLength(5))
    expect(heard).toEqual([
      ['progress', { percent: 50, message: 'Line 1' }],
      ['progress', { percent: 100, message: 'Line 2' }],
      ['complete', { percent: 100 }],
      ['progress', { percent: 50, message: 'Line 1' }],
      ['error', { message: 'failed' }],
    ])
    expect(complain).toHaveBeenCalledOnce()
    expect(hub.connectionCount).toBe(5)
    await stop()
  },

  async 'long-memory.ts'({ load }) {
    const { hub } = await load<{ hub: Hub }>('long-memory.ts')
    hub.channel('notices')
    for (let n = 0; n < 10_500; n++) hub.to('notices').send('alert', { n })
    const client = new SSEClient({ fetch: hub.fetch, history: 20_000 })
    const { messages, gap } = client.channel('notices', { replay: 'earliest' })
    messages.subscribe(() => {})
    await eventually(() => expect(messages.value).toHaveLength(10_500))
    expect(gap.value).toBe(undefined)
    client.close()
  },
})
