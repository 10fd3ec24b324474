import type { ComponentType } from 'react'
import { SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { describeDocument } from '../../support/document/page.js'

await describeDocument('docs/testing.md', {
  // Room.test.tsx tests it, as a reader would.
  async 'Room.tsx'(page) {
    const { Room } = await page.load<{ Room: ComponentType<{ name: string }> }>('Room.tsx')
    page.react(
      <SSEProvider client={new SSEClient()}>
        <Room name="lobby" />
      </SSEProvider>,
    )
    await page.connections(1)
    await page.hub.to('chat/lobby').send('message', { text: 'Ahoy' })
    await page.shows('Ahoy')
  },
})
