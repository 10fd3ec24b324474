/** The Vue binding in a browser: the shared suite, and what only Vue does. */
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { effectScope, reactive, ref, type ShallowRef, shallowRef, watch } from 'vue'
import { useFold, useSignalValue, useSSE } from '../../bindings/vue/index.js'
import { computed, createSource, signal } from '../../src/index.js'
import {
  advance,
  createEndpoint,
  type Events,
  GRACE,
  settle,
  tick,
  withBrowserTime,
} from '../support/bindings/host.js'
import { bindingsSuite } from '../support/bindings/suite.js'
import { vueHost } from '../support/bindings/vue.js'

bindingsSuite(vueHost)

/** Runs `setup` in a scope of its own, which ends with the test. */
function inScope<T>(setup: () => T) {
  const scope = effectScope(true)
  onTestFinished(() => scope.stop())
  return { result: scope.run(setup) as T, stop: () => scope.stop() }
}

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
    expect(endpoint.live()).toHaveLength(0)
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
    expect([...one.live(), ...two.live()]).toEqual([])
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
    const count = signal({ n: 1 })
    const state = reactive({ source, count }) as unknown as {
      source: typeof source
      count: typeof count
    }
    const { result } = inScope(() => ({
      view: useSSE<Events>(() => state.source),
      folded: useFold(
        () => state.source,
        '',
        (text, { data }) => text + data,
      ),
      value: useSignalValue(() => state.count),
    }))
    await settle()
    await send(tick(1) + tick(2))
    expect([result.view.latest.value?.data, result.folded.value]).toEqual(['2', '12'])
    expect(result.view.source.value).toBe(source)
    expect(result.value.value).toBe(count.peek())
    count.value = { n: 2 }
    expect(result.value.value).toBe(count.peek())
  })

  test('leave the options of a reactive object what they are', async () => {
    const { url, fetch, send } = createEndpoint()
    class Standard {
      readonly version = 1
      readonly vendor = 'test'
      readonly #factor = 2
      validate(value: unknown) {
        return { value: String(Number(value) * this.#factor) }
      }
    }
    const options = reactive({ fetch, schema: { tick: { '~standard': new Standard() } } })
    const { result } = inScope(() => useSSE<Events>(url, options as never))
    const { latest, error } = result
    await settle()
    await send(tick(4))
    expect(error.value).toBeUndefined()
    expect(latest.value?.data).toBe('8')
  })

  test('of another signal watch it before they leave the one before', () => {
    const changes: string[] = []
    const watched = signal(1, {
      watched: () => void changes.push('watched'),
      unwatched: () => void changes.push('unwatched'),
    })
    const [double, triple] = [computed(() => watched.value * 2), computed(() => watched.value * 3)]
    const chosen = shallowRef(double)
    const { result, stop } = inScope(() => useSignalValue(chosen))
    chosen.value = triple
    expect(result.value).toBe(3)
    stop()
    expect(changes).toEqual(['watched', 'unwatched'])
  })
})
