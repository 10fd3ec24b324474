import type { ComponentType } from 'react'
import type { Source, SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { expect, vi } from 'vitest'
import { eventStream } from '../../support/document/event-stream.js'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

const joined = (page: Page) =>
  eventually(() => expect(page.hub.subscriberCount('chat/lobby')).toBe(1))

async function show(page: Page, name: string) {
  const { [name]: Part } = (await page.load(`${name}.tsx`)) as Record<string, ComponentType>
  const { client } = await page.load<{ client: SSEClient }>('client.ts')
  page.react(<SSEProvider client={client}>{Part && <Part />}</SSEProvider>)
}

await describeDocument('docs/resume.md', {
  async 'GapNotice.tsx'(page) {
    await show(page, 'GapNotice')
    await joined(page)
    await page.shows(/^$/)
    await page.restart()
    await page.shows(/may be missing \(epoch\)/)
    page.click('All right')
    await page.shows(/^$/)
  },

  async 'History.tsx'(page) {
    const send = (data: object) => page.hub.to('chat/lobby').send('message', data)
    const history = [{ id: 'a', text: 'Ahoy' }]
    const asked = vi.fn(async () => new Response(null, { status: 503 }))
    page.route('/api/history', asked)
    vi.spyOn(Math, 'random').mockReturnValue(0)
    await show(page, 'History')
    await page.shows('The history does not answer. Trying again.')
    await joined(page)

    // What comes while the snapshot is under way may be in it, or not.
    let deliver = () => {}
    const delivered = new Promise<void>((resolve) => {
      deliver = resolve
    })
    asked.mockImplementation(async () => {
      const snapshot = Response.json(history)
      await delivered
      return snapshot
    })
    const before = asked.mock.calls.length
    await eventually(() => expect(asked.mock.calls.length).toBeGreaterThan(before))
    await send({ id: 'a', text: 'Ahoy' })
    await send({ id: 'b', text: 'Land' })
    await page.shows('Trying again')
    deliver()
    await page.shows(/^Ahoy Land$/)
    await send({ id: 'c', text: 'Reef' })
    await page.shows(/^Ahoy Land Reef$/)

    history.push({ id: 'b', text: 'Land' }, { id: 'c', text: 'Reef' }, { id: 'd', text: 'Ho' })
    await page.restart()
    await page.shows(/^Ahoy Land Reef Ho$/)
  },

  async 'remembered.ts'(page) {
    sessionStorage.setItem('last price', 'x.41')
    page.leave(() => sessionStorage.removeItem('last price'))
    const stream = eventStream()
    page.route('/api/prices', stream.respond)
    const { prices } = await page.load<{ prices: Source }>('remembered.ts')
    page.leave(prices.close)
    await eventually(() => expect(stream.open).toBe(1))
    expect(stream.requests[0]?.headers.get('last-event-id')).toBe('x.41')
    stream.send({ type: 'price', id: 'x.42', data: { value: 1 } })
    await eventually(() => expect(sessionStorage.getItem('last price')).toBe('x.42'))
  },
})
