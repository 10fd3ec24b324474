import type { ComponentType } from 'react'
import type { SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { expect } from 'vitest'
import { eventStream } from '../../support/document/event-stream.js'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument } from '../../support/document/page.js'

await describeDocument('docs/token-streams.md', {
  async 'Answer.tsx'(page) {
    const { Answer } = await page.load<{ Answer: ComponentType<{ prompt: string | null }> }>(
      'Answer.tsx',
    )
    const service = eventStream()
    page.route('/api/answer', service.respond)
    const show = page.react(<Answer prompt={null} />)
    await page.shows(/^$/)
    expect(service.requests).toHaveLength(0)

    show(<Answer key={1} prompt="Why?" />)
    await page.shows('Stop')
    expect(await service.requests[0]?.json()).toEqual({ prompt: 'Why?' })
    for (const text of ['Rivers ', 'bring ']) service.send({ type: 'delta', data: { text } })
    await page.shows('Rivers bring')
    page.click('Stop')
    await page.shows(/^Rivers bring$/)
    await eventually(() => expect(service.open).toBe(0))

    show(<Answer key={2} prompt="Why?" />)
    await page.shows(/^Stop$/)
    service.send({ type: 'error', data: { message: 'The model is busy.' } })
    await page.shows('The model is busy.')
    service.end()
    await page.shows(/^The model is busy.$/)
    expect(service.requests).toHaveLength(2)
  },

  async 'KeptAnswer.tsx'(page) {
    const { KeptAnswer } = await page.load<{ KeptAnswer: ComponentType<{ id: string }> }>(
      'KeptAnswer.tsx',
    )
    const { client } = await page.load<{ client: SSEClient }>('client.ts')
    page.hub.channel('answers/:id')
    const answer = page.hub.to('answers/7')
    answer.send('delta', { text: 'Rivers ' })
    page.react(
      <SSEProvider client={client}>
        <KeptAnswer id="7" />
      </SSEProvider>,
    )
    await page.shows('Rivers')
    answer.send('delta', { text: 'bring salt.' })
    answer.send('done', { tokens: 2 })
    await page.shows('Rivers bring salt.')
  },
})
