/** The Vue binding in a browser: the shared suite, and what only Vue does. */

import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type Component,
  createApp,
  defineComponent,
  effectScope,
  h,
  KeepAlive,
  nextTick,
  reactive,
  ref,
  type ShallowRef,
  Suspense,
  shallowRef,
  watch,
} from 'vue'
import { useFold, useSignalValue, useSSE } from '../../bindings/vue/index.js'
import { createSource, signal } from '../../src/index.js'
import {
  advance,
  bindingsSuite,
  createEndpoint,
  type Events,
  GRACE,
  settle,
  tick,
  withBrowserTime,
} from '../support/bindings-suite.js'
import { vueHost } from '../support/bindings-vue.js'

bindingsSuite(vueHost)

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

/** Runs `setup` in a scope of its own, which ends with the test. */
function inScope<T>(setup: () => T) {
  const scope = effectScope(true)
  onTestFinished(() => scope.stop())
  return { result: scope.run(setup) as T, stop: () => scope.stop() }
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
    expect(endpoint.live).toHaveLength(1)
    await advance(GRACE)
    expect(endpoint.live).toHaveLength(0)
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
    expect(one.live).toHaveLength(0)
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
    expect(endpoint.live).toHaveLength(1)
    await endpoint.send(tick(1))
    expect(store?.latest.value?.data).toBe('1')
    scope.stop()
    await advance(GRACE)
    expect(endpoint.live).toHaveLength(0)
  })
})

describe('a scope outside of components', () => {
  withBrowserTime()

  test('connects at once and until it ends', async () => {
    const endpoint = createEndpoint()
    const { url, fetch } = endpoint
    const { result, stop } = inScope(() => useSSE<Events>(url, { fetch }))
    await settle()
    await endpoint.send(tick(1))
    expect(result.latest.value?.data).toBe('1')
    stop()
    await advance(GRACE)
    expect(endpoint.live).toHaveLength(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('has the values of another source as soon as the url is another', async () => {
    const [one, two] = [createEndpoint(), createEndpoint()]
    const url = ref<string | null>(one.url)
    const options = () => ({ fetch: url.value === two.url ? two.fetch : one.fetch })
    const { result } = inScope(() => useSSE<Events>(url, options))
    const { latest, status, source } = result
    await settle()
    await one.send(tick(1))
    const before = source.value
    url.value = two.url
    expect([latest.value, status.value]).toEqual([undefined, 'idle'])
    expect(source.value).not.toBe(before)
    url.value = null
    expect(status.value).toBe('idle')
    await advance(GRACE)
    expect([...one.live, ...two.live]).toEqual([])
  })

  test('starts anew with another JSON body, and not with the same', async () => {
    const endpoint = createEndpoint()
    const { url, fetch, exchanges } = endpoint
    const request = reactive({ prompt: 'one', unrelated: 0 })
    inScope(() =>
      useSSE<Events>(url, () => ({
        fetch,
        body: { prompt: request.prompt, n: request.unrelated * 0 },
      })),
    )
    await settle()
    request.unrelated++
    await advance(GRACE)
    expect(exchanges).toHaveLength(1)
    request.prompt = 'two'
    request.prompt = 'three'
    await advance(GRACE)
    const bodies = await Promise.all(exchanges.map(({ request }) => request.clone().json()))
    expect(bodies.map(({ prompt }) => prompt)).toEqual(['one', 'three'])
    expect(exchanges[0]?.isAborted).toBe(true)
  })
})

describe('refs', () => {
  withBrowserTime()

  test('are made when they are asked for, and the same at every call', () => {
    const { url, fetch } = createEndpoint()
    const { result } = inScope(() => useSSE<Events>(url, { fetch }))
    expect(result.latest).toBe(result.latest)
    expect(result.latestOf('tick')).toBe(result.latestOf('tick'))
    expect(result.latestOf('tick')).not.toBe(result.latestOf('tock'))
    const { latest, ...rest } = result
    expect(rest.messages.value).toEqual([])
    expect(Object.keys(rest)).not.toContain('latest')
    expect(latest).toBe(result.latest)
  })

  test('change only when their field does', async () => {
    const { url, fetch, ...endpoint } = createEndpoint()
    const { result } = inScope(() => useSSE<Events>(url, { fetch }))
    const changes: string[] = []
    const { status, latest, lastEventId } = result
    for (const [name, ref] of Object.entries({
      status,
      latest,
      lastEventId,
      tock: result.latestOf('tock'),
    }))
      inScope(() => watch(ref, () => changes.push(name), { flush: 'sync' }))
    await settle()
    expect(changes).toEqual(['status', 'status'])
    changes.length = 0
    await endpoint.send(tick(1) + tick(2))
    expect(changes.sort()).toEqual(['lastEventId', 'latest'])
  })

  test('cannot be written', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { url, fetch } = createEndpoint()
    const { result } = inScope(() => useSSE<Events>(url, { fetch }))
    const writable = result.status as unknown as ShallowRef<string>
    writable.value = 'open'
    expect(writable.value).toBe('idle')
    expect(warn).toHaveBeenCalledWith(expect.stringMatching('readonly'))
  })

  test('show payloads as they came, not proxies of them', async () => {
    const { url, fetch, send } = createEndpoint()
    const { result } = inScope(() => useSSE<Record<string, unknown>>(url, { fetch }))
    await settle()
    await send('data: {"nested":{}}\n\n')
    expect(result.latest.value).toBe(result.source.value.latest.peek())
    expect(result.messages.value).toBe(result.source.value.messages.peek())
  })

  test('work with a source, a feed and a signal that a deep ref holds', async () => {
    const { url, fetch, send } = createEndpoint()
    const source = createSource<Events>(url, { fetch })
    const count = signal(1)
    const state = reactive({ source, count }) as unknown as {
      source: typeof source
      count: typeof count
    }
    const { result } = inScope(() => ({
      latest: useSSE<Events>(() => state.source).latest,
      folded: useFold(
        () => state.source,
        '',
        (text, { data }) => text + data,
      ),
      value: useSignalValue(() => state.count),
    }))
    await settle()
    await send(tick(1) + tick(2))
    count.value++
    expect([result.latest.value?.data, result.folded.value, result.value.value]).toEqual([
      '2',
      '12',
      2,
    ])
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
