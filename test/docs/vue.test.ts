import { expect, vi } from 'vitest'
import { type App, createSSRApp, effectScope } from 'vue'
import { renderToString } from 'vue/server-renderer'
import { describeDocument } from '../support/document/node.js'

describeDocument('docs/vue.md', {
  // Bell.vue counts with it on a page; here it lives in a scope of its own.
  async 'useUnread.ts'({ load }) {
    const { useUnread } = await load<{ useUnread: () => { unread: { value: number } } }>(
      'useUnread.ts',
    )
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const outside = () => effectScope().run(useUnread)
    expect(outside).toThrow(/app\.use\(createSSE\(client\)\)/)
  },

  async 'nuxt-plugin.ts'(place) {
    const { provideClient } = await place.load<{ provideClient(app: App): void }>('nuxt-plugin.ts')
    const { default: Room } = await place.load<{ default: object }>('Room.vue')
    const app = createSSRApp(Room, { name: 'lobby' })
    provideClient(app)
    expect(await renderToString(app)).toBe('<ul><!--[--><!--]--></ul>')
    expect(place.requests).toBe(0)
  },
})
