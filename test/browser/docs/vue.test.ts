import type { SSEClient } from 'tidewire'
import { createSSE } from 'tidewire/vue'
import { expect } from 'vitest'
import { type Component, defineComponent, h, shallowRef } from 'vue'
import { eventStream } from '../../support/document/event-stream.js'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

/** Shows a component of the page, with properties that may change. */
async function show(page: Page, name: string, props: Record<string, unknown> = {}) {
  const { default: Part } = await page.load<{ default: Component }>(name)
  const { client } = await page.load<{ client: SSEClient }>('client.ts')
  const given = shallowRef(props)
  page.vue(
    defineComponent(() => () => h(Part, given.value)),
    createSSE(client),
  )
  return (next: Record<string, unknown>) => {
    given.value = next
  }
}

await describeDocument('docs/vue.md', {
  async 'Room.vue'(page) {
    for (const n of [1, 2, 3]) page.hub.to('chat/lobby').send('message', { text: `said ${n}` })
    page.hub.to('chat/cabin').send('message', { text: 'psst' })
    const change = await show(page, 'Room.vue', { name: 'lobby' })
    await page.shows('said 1 said 2 said 3')
    await page.hub.to('chat/lobby').send('message', { text: 'live' })
    await page.shows('said 1 said 2 said 3 live')
    expect(page.hub.connectionCount).toBe(1)

    change({ name: 'cabin' })
    await page.shows(/^psst$/)
    await eventually(() => expect(page.hub.activeChannels).toEqual(['chat/cabin']))
    change({ name: null })
    await page.shows(/^$/)
    await eventually(() => expect(page.hub.activeChannels).toEqual([]))
  },

  async 'Toasts.vue'(page) {
    await show(page, 'Toasts.vue')
    await eventually(() => expect(page.hub.subscriberCount('notices')).toBe(1))
    for (const text of ['a', 'b', 'c', 'd']) page.hub.to('notices').send('alert', { text })
    await page.shows(/^b c d$/)
  },

  async 'Talkers.vue'(page) {
    await show(page, 'Talkers.vue')
    await eventually(() => expect(page.hub.subscriberCount('chat/lobby')).toBe(1))
    page.hub.to('chat/lobby').send('message', { text: 'two words' })
    page.hub.to('chat/lobby').send('message', { text: 'and three more' })
    await page.shows('5 words')
  },

  async 'Price.vue'(page) {
    const stream = eventStream()
    page.route('/api/prices/TIDE', stream.respond)
    const change = await show(page, 'Price.vue', { symbol: null })
    await page.shows('no price yet')
    expect(page.root.querySelector('p')?.className).toBe('stale')
    change({ symbol: 'TIDE' })
    await eventually(() => expect(stream.requests).toHaveLength(1))
    stream.send({ type: 'price', data: { symbol: 'TIDE', value: 42 } })
    await page.shows(/^42$/)
    expect(page.root.querySelector('p')?.className).toBe('')
  },

  async 'Bell.vue'(page) {
    await show(page, 'Bell.vue')
    await eventually(() => expect(page.hub.subscriberCount('notices')).toBe(1))
    for (const text of ['a', 'b']) page.hub.to('notices').send('alert', { text })
    await page.shows('2 unread')
    page.click('2 unread')
    await page.shows('0 unread')
  },

  async 'Summary.vue'(page) {
    await show(page, 'Summary.vue')
    await eventually(() => expect(page.hub.subscriberCount('chat/lobby')).toBe(1))
    page.hub.to('notices').send('alert', { text: 'Low tide' })
    page.hub.to('chat/lobby').send('message', { text: 'Ahoy' })
    await page.shows('1 notices, 1 messages')
  },
})
