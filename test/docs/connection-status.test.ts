import type { SSEClient } from 'tidewire'
import { toNodeHandler } from 'tidewire/node'
import { createHub } from 'tidewire/server'
import { expect } from 'vitest'
import { eventually } from '../support/document/eventually.js'
import { describeDocument } from '../support/document/node.js'

describeDocument('docs/connection-status.md', {
  async 'badge.ts'(place) {
    const hub = createHub()
    hub.channel('notices' as never)
    place.serve(toNodeHandler(hub))
    const { showStatus } = await place.load<{ showStatus(badge: object): () => void }>('badge.ts')
    const { client } = await place.load<{ client: SSEClient }>('client.ts')
    const told: string[] = []
    for (const type of ['connected', 'disconnected', 'reconnecting', 'error'] as const)
      client.on(type, () => told.push(type))
    const badge = { dataset: { status: '' }, title: '' }
    const stop = showStatus(badge)
    expect(badge.dataset.status).toBe('idle')
    client.subscribe('notices')
    await place.until(() => badge.dataset.status === 'open')
    place.breakConnections()
    await place.until(() => badge.dataset.status === 'waiting')
    expect(badge.title).toMatch(/^The stream broke/)
    expect(told).toEqual(['connected', 'disconnected', 'error', 'reconnecting'])
    stop()
    client.close()
    expect(badge.dataset.status).toBe('waiting')
    await eventually(() => expect(hub.connectionCount).toBe(0))
  },
})
