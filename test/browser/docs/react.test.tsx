import { type ComponentType, createElement, type ReactNode } from 'react'
import type { SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { expect } from 'vitest'
import { eventStream } from '../../support/document/event-stream.js'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

const within = async ({ load }: Page, node: ReactNode) => {
  const { client } = await load<{ client: SSEClient }>('client.ts')
  return <SSEProvider client={client}>{node}</SSEProvider>
}

await describeDocument('docs/react.md', {
  async 'Room.tsx'(page) {
    const { Room } = await page.load<{ Room: ComponentType<{ name: string | null }> }>('Room.tsx')
    for (const n of [1, 2, 3]) page.hub.to('chat/lobby').send('message', { text: `said ${n}` })
    page.hub.to('chat/cabin').send('message', { text: 'psst' })
    const show = page.react(await within(page, <Room name="lobby" />))
    await page.shows('said 1 said 2 said 3')
    await page.hub.to('chat/lobby').send('message', { text: 'live' })
    await page.shows('said 1 said 2 said 3 live')
    expect(page.hub.connectionCount).toBe(1)

    show(await within(page, <Room name="cabin" />))
    await page.shows(/^psst$/)
    await eventually(() => expect(page.hub.activeChannels).toEqual(['chat/cabin']))
    show(await within(page, <Room name={null} />))
    await page.shows(/^$/)
    await eventually(() => expect(page.hub.activeChannels).toEqual([]))
  },

  async 'Toasts.tsx'(page) {
    const { Toasts } = await page.load<{ Toasts: ComponentType }>('Toasts.tsx')
    page.react(await within(page, <Toasts />))
    await eventually(() => expect(page.hub.subscriberCount('notices')).toBe(1))
    for (const text of ['a', 'b', 'c', 'd']) page.hub.to('notices').send('alert', { text })
    await page.shows(/^b c d$/)
  },

  async 'Talkers.tsx'(page) {
    const { Talkers } = await page.load<{ Talkers: ComponentType }>('Talkers.tsx')
    page.react(await within(page, <Talkers />))
    await eventually(() => expect(page.hub.subscriberCount('chat/lobby')).toBe(1))
    page.hub.to('chat/lobby').send('message', { text: 'two words' })
    page.hub.to('chat/lobby').send('message', { text: 'and three more' })
    await page.shows('5 words')
  },

  async 'Price.tsx'(page) {
    const { Price } = await page.load<{ Price: ComponentType<{ symbol: string | null }> }>(
      'Price.tsx',
    )
    const stream = eventStream()
    page.route('/api/prices/TIDE', stream.respond)
    const show = page.react(<Price symbol={null} />)
    await page.shows('no price yet')
    expect(page.root.querySelector('p')?.className).toBe('stale')
    show(<Price symbol="TIDE" />)
    await eventually(() => expect(stream.requests).toHaveLength(1))
    stream.send({ type: 'price', data: { symbol: 'TIDE', value: 42 } })
    await page.shows(/^42$/)
    expect(page.root.querySelector('p')?.className).toBe('')
  },

  async 'Summary.tsx'(page) {
    const { Summary } = await page.load<{ Summary: ComponentType }>('Summary.tsx')
    page.react(<Summary />)
    await eventually(() => expect(page.hub.subscriberCount('chat/lobby')).toBe(1))
    page.hub.to('notices').send('alert', { text: 'Low tide' })
    page.hub.to('chat/lobby').send('message', { text: 'Ahoy' })
    await page.shows('1 notices, 1 messages')
  },

  async 'Providers.tsx'(page) {
    const { Providers } = await page.load<{ Providers: ComponentType }>('Providers.tsx')
    const { Toasts } = await page.load<{ Toasts: ComponentType }>('Toasts.tsx')
    page.react(createElement(Providers, null, <Toasts />))
    await eventually(() => expect(page.hub.subscriberCount('notices')).toBe(1))
    await page.hub.to('notices').send('alert', { text: 'High tide' })
    await page.shows('High tide')
  },
})
