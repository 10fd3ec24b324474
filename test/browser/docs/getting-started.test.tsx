import type { ComponentType } from 'react'
import type { SSEClient } from 'tidewire'
import { createSSE } from 'tidewire/vue'
import { expect } from 'vitest'
import type { Component } from 'vue'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

/** Two people talk, a notice comes, and the page is told when the hub loses its memory. */
async function chats(page: Page) {
  const { submit, shows, click, root, restart } = page
  await shows(/open/)
  submit('Ahoy')
  await shows(/Ahoy/)
  await page.hub.to('chat/lobby').send('message', { text: 'Land in sight' })
  await shows('Ahoy Land in sight')
  await eventually(() => expect(root.querySelector('input')?.value).toBe(''))
  await page.hub.to('notices').send('alert', { text: 'Low tide' })
  await shows('Notice: Low tide')

  expect(root.innerText).not.toContain('missing')
  await restart()
  await shows('Messages may be missing')
  await shows('Ahoy Land in sight')
  click('missing')
  await eventually(() => expect(root.innerText).not.toContain('missing'))
  await shows(/open/)
}

await describeDocument('docs/getting-started.md', {
  async 'App.tsx'(page) {
    const { default: App } = await page.load<{ default: ComponentType }>('App.tsx')
    page.react(<App />)
    await chats(page)
  },

  async 'App.vue'(page) {
    const { default: App } = await page.load<{ default: Component }>('App.vue')
    const { client } = await page.load<{ client: SSEClient }>('client.ts')
    page.vue(App, createSSE(client))
    await chats(page)
  },

  async 'vue-main.ts'(page) {
    page.root.innerHTML = '<div id="app"></div>'
    await page.load('vue-main.ts')
    page.leave(() => {
      const app = page.root.querySelector('#app') as Element & { __vue_app__?: { unmount(): void } }
      app.__vue_app__?.unmount()
    })
    await chats(page)
  },

  async 'main.ts'(page) {
    page.root.innerHTML = '<div id="app"></div>'
    const { client } = await page.load<{ client: SSEClient }>('client.ts')
    page.leave(client.close)
    await page.load('main.ts')
    await chats(page)
    await page.hub.close()
    await page.shows(/waiting|connecting/)
  },
})
