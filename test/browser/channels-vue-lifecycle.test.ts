/** What Vue does to a component that has joined channels: KeepAlive, Suspense. */
import { describe, expect, onTestFinished, test } from 'vitest'
import { createApp, defineComponent, h, KeepAlive, nextTick, ref, Suspense } from 'vue'
import { createSSE, useChannel, useChannelEvent } from '../../bindings/vue/index.js'
import type { SSEClient } from '../../src/index.js'
import { advance, createWorld, settle } from '../support/bindings/channels-host.js'
import { GRACE, withBrowserTime } from '../support/bindings/host.js'

function createPage(client: SSEClient, render: () => unknown) {
  const container = document.body.appendChild(document.createElement('div'))
  const app = createApp({ render }).use(createSSE(client))
  app.mount(container)
  onTestFinished(() => {
    app.unmount()
    container.remove()
  })
  return { text: () => container.textContent }
}

describe('what Vue does to a component', () => {
  withBrowserTime()

  const Numbers = defineComponent(() => {
    const { messages } = useChannel('a')
    const heard = ref(0)
    useChannelEvent('a', 'n', () => {
      heard.value++
    })
    return () => `${messages.value.map(({ data }) => data).join()} of ${heard.value}`
  })
  const Nothing = defineComponent(() => () => 'nothing')

  test('KeepAlive lets go of what it holds inactive, and joins again', async () => {
    const { client, send, hub } = createWorld()
    const isShown = ref(true)
    const page = createPage(client, () => h(KeepAlive, () => h(isShown.value ? Numbers : Nothing)))
    const show = async (next: boolean) => {
      isShown.value = next
      await nextTick()
      await settle()
    }
    await settle()
    await send('a', 1)
    expect(page.text()).toBe('1 of 1')
    await show(false)
    expect(hub.activeChannels).toEqual(['a'])
    await advance(GRACE)
    expect(hub.activeChannels).toEqual([])
    await send('a', 2)
    await show(true)
    await send('a', 3)
    expect(page.text()).toBe('3 of 2')
  })

  test('KeepAlive costs nothing where it is shown again at once', async () => {
    const { client, network } = createWorld()
    const isShown = ref(true)
    createPage(client, () => h(KeepAlive, () => h(isShown.value ? Numbers : Nothing)))
    await settle()
    for (const next of [false, true, false, true]) {
      isShown.value = next
      await nextTick()
    }
    await advance(GRACE)
    expect(network.calls).toBe(1)
  })

  test('a component that waits in its setup joins once it is mounted', async () => {
    const { client, network } = createWorld()
    let resolve = () => {}
    const later = new Promise<void>((done) => {
      resolve = done
    })
    const Waiting = defineComponent(async () => {
      const { status } = useChannel('a')
      useChannelEvent('a', 'n', () => {})
      await later
      return () => status.value
    })
    const page = createPage(client, () =>
      h(Suspense, null, { default: () => h(Waiting), fallback: () => 'loading' }),
    )
    await advance(GRACE)
    expect([page.text(), network.calls]).toEqual(['loading', 0])
    resolve()
    await settle()
    expect([page.text(), network.calls]).toEqual(['live', 1])
  })
})
