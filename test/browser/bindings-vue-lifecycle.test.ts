/** What Vue does to a component: KeepAlive, Suspense. */

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Component,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  onMounted,
  type Ref,
  ref,
  Suspense,
  shallowRef,
} from 'vue'
import { useSignalValue, useSSE } from '../../bindings/vue/index.js'
import { signal } from '../../src/index.js'
import {
  advance,
  createEndpoint,
  type Events,
  GRACE,
  settle,
  tick,
  withBrowserTime,
} from '../support/bindings/host.js'
import { mountComponent } from '../support/bindings/vue.js'

describe('KeepAlive', () => {
  withBrowserTime()

  /** Two components of which one is shown; both stay alive. */
  const tabs = (...components: Component[]) => {
    const shown = ref(0)
    const page = mountComponent(() => h(KeepAlive, () => h(components[shown.value] as Component)))
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
    const [before, after] = [signal('before'), signal('after')]
    const values: Ref[] = []
    const Following = defineComponent(() => {
      const { latest, source } = useSSE<Events>(
        () => endpoint.value.url,
        () => ({ fetch: endpoint.value.fetch }),
      )
      const other = useSignalValue(() => (endpoint.value === one ? before : after))
      values.push(latest, source, other)
      return () => latest.value?.data
    })
    const page = tabs(Following, Nothing)
    await settle()
    await one.send(tick(7))
    await page.show(1)
    await advance(GRACE)
    const [latest, source, other] = values.map(({ value }) => value)
    expect([latest.data, other]).toEqual(['7', 'before'])
    endpoint.value = two
    expect(values[0]?.value).toBeUndefined()
    expect(values[1]?.value).not.toBe(source)
    expect(values[2]?.value).toBe('after')
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
    mountComponent(() => h(KeepAlive, () => (shown.value ? h(Late) : null)))
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
    const page = mountComponent(() =>
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
