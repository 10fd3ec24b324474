/** What Vue does to a component: KeepAlive, Suspense. */

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Component,
  createApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onMounted,
  ref,
  Suspense,
  shallowRef,
} from 'vue'
import { useSSE } from '../../bindings/vue/index.js'
import {
  advance,
  createEndpoint,
  type Events,
  GRACE,
  settle,
  tick,
  withBrowserTime,
} from '../support/bindings/host.js'

function mount(component: Component) {
  const container = document.body.appendChild(document.createElement('div'))
  const app = createApp(component)
  app.mount(container)
  onTestFinished(() => {
    app.unmount()
    container.remove()
  })
  return { text: () => container.textContent, app }
}

describe('KeepAlive', () => {
  withBrowserTime()

  /** Two components of which one is shown; both stay alive. */
  const tabs = (...components: Component[]) => {
    const shown = ref(0)
    const page = mount(() => h(KeepAlive, () => h(components[shown.value] as Component)))
    return {
      ...page,
      async show(n: number) {
        shown.value = n
        await nextTick()
        await settle()
      },
    }
  }
  const messages = ({ url, fetch }: ReturnType<typeof createEndpoint>) =>
    defineComponent(() => {
      const { messages } = useSSE<Events>(url, { fetch })
      return () => messages.value.map(({ data }) => data).join()
    })
  const Nothing = defineComponent(() => () => 'nothing')

  test('lets go of what it holds inactive, and joins again', async () => {
    const endpoint = createEndpoint()
    const page = tabs(messages(endpoint), Nothing)
    await settle()
    await endpoint.send(tick(1))
    await page.show(1)
    expect(endpoint.live()).toHaveLength(1)
    await advance(GRACE)
    expect(endpoint.live()).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
    await page.show(0)
    await endpoint.send(tick(2))
    expect(page.text()).toBe('2')
    expect(endpoint.exchanges).toHaveLength(2)
  })

  test('keeps one connection from tab to tab', async () => {
    const endpoint = createEndpoint()
    const page = tabs(messages(endpoint), messages(endpoint))
    await settle()
    for (let n = 1; n < 6; n++) {
      await endpoint.send(tick(n))
      await page.show(n % 2)
      await advance(GRACE)
    }
    expect(endpoint.exchanges).toHaveLength(1)
    expect(page.text()).toBe('1,2,3,4,5')
  })

  test('follows another url that came while it was inactive', async () => {
    const [one, two] = [createEndpoint(), createEndpoint()]
    const endpoint = shallowRef(one)
    const Following = defineComponent(() => {
      const { latest } = useSSE<Events>(
        () => endpoint.value.url,
        () => ({ fetch: endpoint.value.fetch }),
      )
      return () => latest.value?.data
    })
    const page = tabs(Following, Nothing)
    await settle()
    await page.show(1)
    await advance(GRACE)
    endpoint.value = two
    await advance(GRACE)
    expect(two.exchanges).toHaveLength(0)
    await page.show(0)
    await two.send(tick(1))
    expect(page.text()).toBe('1')
    expect(one.live()).toHaveLength(0)
  })

  test('does not touch a store that was first used within it', async () => {
    const endpoint = createEndpoint()
    const { url, fetch } = endpoint
    const scope = effectScope(true)
    onTestFinished(() => scope.stop())
    let store: ReturnType<typeof useSSE<Events>> | undefined
    const User = defineComponent(() => {
      store ??= scope.run(() => useSSE<Events>(url, { fetch }))
      return () => store?.latest.value?.data
    })
    const page = tabs(User, Nothing)
    await settle()
    await page.show(1)
    await advance(GRACE)
    expect(endpoint.live()).toHaveLength(1)
    await endpoint.send(tick(1))
    expect(store?.latest.value?.data).toBe('1')
    scope.stop()
    await advance(GRACE)
    expect(endpoint.live()).toHaveLength(0)
  })
})

describe('a hook of the component', () => {
  withBrowserTime()

  test('may call the composable late: it connects at once, and follows KeepAlive', async () => {
    const endpoint = createEndpoint()
    const { url, fetch } = endpoint
    const shown = ref(true)
    let latest: ReturnType<typeof useSSE<Events>>['latest'] | undefined
    const Late = defineComponent(() => {
      onMounted(() => {
        latest = useSSE<Events>(url, { fetch }).latest
      })
      return () => 'late'
    })
    mount(() => h(KeepAlive, () => (shown.value ? h(Late) : null)))
    await settle()
    await endpoint.send(tick(1))
    expect(latest?.value?.data).toBe('1')
    shown.value = false
    await nextTick()
    await advance(GRACE)
    expect(endpoint.live()).toHaveLength(0)
  })
})

describe('Suspense', () => {
  withBrowserTime()

  test('a component that waits in its setup connects once it is mounted', async () => {
    const endpoint = createEndpoint()
    const { url, fetch } = endpoint
    let resolve = () => {}
    const later = new Promise<void>((done) => {
      resolve = done
    })
    const Waiting = defineComponent(async () => {
      const { latest, status } = useSSE<Events>(url, { fetch })
      await later
      return () => `${status.value} ${latest.value?.data}`
    })
    const page = mount(() =>
      h(Suspense, null, { default: () => h(Waiting), fallback: () => 'loading' }),
    )
    await advance(GRACE)
    expect(page.text()).toBe('loading')
    expect(endpoint.exchanges).toHaveLength(0)
    resolve()
    await settle()
    await endpoint.send(tick(1))
    expect(page.text()).toBe('open 1')
    expect(endpoint.exchanges).toHaveLength(1)
  })
})
