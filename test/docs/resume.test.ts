import { createSource, SSEClient } from 'tidewire'
import { expect, vi } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument } from '../support/document/node.js'
import { fakeTime } from '../support/document/world.js'

describeDocument('docs/resume.md', {
  async 'chat-server.ts'({ load }) {
    await load('chat-server.ts')
    const say = (body: string) => fetch('/api/chat/lobby', { method: 'POST', body })
    await say('before')
    const client = new SSEClient()
    const channel = client.channel('chat/lobby')
    const lines = channel.fold(
      async () => (await (await fetch('/api/history')).json()) as { id: string; text: string }[],
      (lines, { data }) => [...lines, data as { id: string; text: string }],
    )
    lines.subscribe(() => {})
    await eventually(() => expect(lines.value?.map(({ text }) => text)).toEqual(['before']))
    await say('after')
    await eventually(() =>
      expect(lines.value?.map(({ text }) => text)).toEqual(['before', 'after']),
    )
    expect(await (await fetch('/api/history')).json()).toEqual(lines.value)
    client.close()
  },

  async 'channels.ts'({ load }) {
    expect(Object.keys(await load('channels.ts'))).toEqual([])
  },

  async 'endpoint.ts'(place) {
    fakeTime()
    const start = () => place.load<{ publish(type: string, data: unknown): void }>('endpoint.ts')
    const { publish } = await start()
    const source = createSource<{ price: { n: number } }>('/api/prices', {
      heartbeatTimeout: 40_000,
    })
    const heard: number[] = []
    source.on('price', ({ n }) => heard.push(n))
    await place.until(() => source.status.value === 'open')
    for (let n = 1; n <= 5; n++) publish('price', { n })
    await place.until(() => heard.length === 5)
    place.breakConnections()
    for (let n = 6; n <= 9; n++) publish('price', { n })
    await place.until(() => heard.length === 9)

    // Signs of life keep the stream, and the cursor fresh, without an event.
    const statuses = new Set<string>()
    source.status.subscribe((status) => statuses.add(status))
    for (let turn = 0; turn < 12; turn++) {
      await vi.advanceTimersByTimeAsync(5000)
      await place.until(() => true)
    }
    expect([...statuses]).toEqual(['open'])
    expect(source.lastEventId).toMatch(/\.9$/)

    // Another run: what it has comes from its start.
    vi.resetModules()
    const again = await start()
    for (let n = 101; n <= 103; n++) again.publish('price', { n })
    place.breakConnections()
    await place.until(() => heard.length === 12)
    expect(heard).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 101, 102, 103])
    source.close()
  },
})
