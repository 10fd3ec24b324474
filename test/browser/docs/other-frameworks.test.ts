import { type ComponentType, h, render } from 'preact'
import { type Component, mount, unmount } from 'svelte'
import { expect } from 'vitest'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

async function follows({ hub, shows }: Page) {
  await eventually(() => expect(hub.subscriberCount('notices')).toBe(1))
  await shows('live')
  await hub.to('notices').send('alert', { text: 'Low tide' })
  await shows('live Low tide')
  await hub.to('notices').send('alert', { text: 'High tide' })
  await shows('live Low tide High tide')
}

await describeDocument('docs/other-frameworks.md', {
  async 'Notices.svelte'(page) {
    const { default: Notices } = await page.load<{ default: Component }>('Notices.svelte')
    const app = mount(Notices, { target: page.root })
    page.leave(() => void unmount(app))
    await follows(page)
  },

  async 'PreactNotices.tsx'(page) {
    const { Notices } = await page.load<{ Notices: ComponentType }>('PreactNotices.tsx')
    render(h(Notices, null), page.root)
    page.leave(() => render(null, page.root))
    await follows(page)
  },
})
