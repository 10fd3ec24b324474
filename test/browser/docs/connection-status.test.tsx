import { type ComponentType, Profiler } from 'react'
import { SSEClient } from 'tidewire'
import { SSEProvider } from 'tidewire/react'
import { createSSE } from 'tidewire/vue'
import { expect, vi } from 'vitest'
import type { Component } from 'vue'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

/** A client that waits for long, at an address that is not this machine's own. */
function start(page: Page) {
  const network = { isDown: false, status: 0 }
  page.route('/_sse', (request) => {
    if (network.isDown) throw new TypeError('The network is gone.')
    if (network.status) return new Response(null, { status: network.status })
    return page.hub.fetch(request)
  })
  const client = new SSEClient({ url: 'https://example.com/_sse', reconnectDelay: 30_000 })
  page.leave(client.close)
  return { client, network }
}

const secondsOf = (page: Page) => Number(/in (\d+) s/.exec(page.root.innerText)?.[1])

/** Shows each state, and does what its button says. */
async function tells(page: Page, { client, network }: ReturnType<typeof start>) {
  client.subscribe('notices')
  await page.shows(/^Live\.$/)

  network.isDown = true
  await page.restart()
  await page.shows(/^The connection was lost\. Next attempt in \d+ s\. Try now$/)
  const before = secondsOf(page)
  await eventually(() => expect(secondsOf(page)).toBeLessThan(before))
  const onLine = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  window.dispatchEvent(new Event('offline'))
  await page.shows(/^You are offline\. Next attempt/)
  onLine.mockRestore()
  network.isDown = false
  page.click('Try now')
  await page.shows(/^Live\.$/)

  client.disconnect()
  await page.shows(/^Paused\. Resume$/)
  network.status = 403
  page.click('Resume')
  await page.shows(/^Closed: .* answered 403 .* Try again$/)
  network.status = 0
  page.click('Try again')
  await page.shows(/^Live\.$/)
  client.close()
  await page.shows(/^Closed\.$/)
}

await describeDocument('docs/connection-status.md', {
  async 'ConnectionStatus.tsx'(page) {
    const { ConnectionStatus } = await page.load<{ ConnectionStatus: ComponentType }>(
      'ConnectionStatus.tsx',
    )
    const started = start(page)
    let renders = 0
    page.react(
      <SSEProvider client={started.client}>
        <Profiler id="status" onRender={() => renders++}>
          <ConnectionStatus />
        </Profiler>
      </SSEProvider>,
    )
    await page.shows(/^Not connected\.$/)
    const { client } = started
    const heard: unknown[] = []
    client.channel('chat/lobby').on('message', (data) => heard.push(data))
    await page.shows(/^Live\.$/)
    const before = renders
    for (let n = 0; n < 100; n++) await page.hub.to('chat/lobby').send('message', { n })
    await eventually(() => expect(heard).toHaveLength(100))
    expect(renders).toBe(before)
    await tells(page, started)
  },

  async 'ConnectionStatus.vue'(page) {
    const { default: ConnectionStatus } = await page.load<{ default: Component }>(
      'ConnectionStatus.vue',
    )
    const started = start(page)
    page.vue(ConnectionStatus, createSSE(started.client))
    await page.shows(/^Not connected\.$/)
    await tells(page, started)
  },
})
