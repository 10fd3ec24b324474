import type { ComponentType } from 'react'
import type { SSEClient } from 'tidewire'
import { createSSE } from 'tidewire/vue'
import { expect } from 'vitest'
import type { Component } from 'vue'
import { eventually } from '../../support/document/eventually.js'
import { describeDocument, type Page } from '../../support/document/page.js'

/** Two people talk, and one of them stays when the hub loses its memory. */
async function chats({ hub, submit, shows, root }: Page) {
  await shows(/open/)
  submit('Ahoy')
  await shows(/Ahoy/)
  await hub.to('chat/lobby').send('message', { text: 'Land in sight' })
  await shows('Ahoy Land in sight')
  await eventually(() => expect(root.querySelector('input')?.value).toBe(''))
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
