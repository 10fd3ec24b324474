/** The bindings where there is no page: nothing is opened, shared or left behind. */
import { createElement } from 'react'
import { renderToString as renderReact } from 'react-dom/server'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSSRApp, effectScope, h } from 'vue'
import { renderToString as renderVue } from 'vue/server-renderer'
import * as react from '../bindings/react/index.js'
import * as vue from '../bindings/vue/index.js'
import { createSource, type SharedSourceOptions, type Source, signal } from '../src/index.js'
import { unwrapped } from './support/bindings/vue.js'

type Seen = (view: react.SourceView<Record<string, unknown>>) => unknown

const frameworks = [
  {
    name: 'React',
    async render(url: string | null | Source, options: SharedSourceOptions, seen: Seen) {
      const Component = () => {
        const view = react.useSSE(url as string, options)
        const count = react.useFold(view.source, 7, (count) => count + 1)
        const value = react.useSignalValue(signal('value'))
        return createElement('p', null, `${seen(view)} ${count} ${value}`)
      }
      return renderReact(createElement(Component))
    },
  },
  {
    name: 'Vue',
    async render(url: string | null | Source, options: SharedSourceOptions, seen: Seen) {
      const Component = () => {
        const refs = vue.useSSE(url as string, options)
        const count = vue.useFold(refs.source, 7, (count) => count + 1)
        const value = vue.useSignalValue(signal('value'))
        return () => h('p', `${seen(unwrapped(refs) as never)} ${count.value} ${value.value}`)
      }
      return renderVue(createSSRApp({ setup: Component }))
    },
  },
]

const complaints = ['error', 'warn'] as const

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', vi.fn())
  for (const level of complaints) vi.spyOn(console, level)
})

afterEach(async () => {
  await vi.advanceTimersByTimeAsync(60_000)
  expect(fetch).not.toHaveBeenCalled()
  expect(vi.getTimerCount()).toBe(0)
  for (const level of complaints) expect(console[level]).not.toHaveBeenCalled()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

describe.each(frameworks)('$name on a server', ({ render }) => {
  const snapshot: Seen = ({ state, status, connected, latest, messages, error, lastEventId }) =>
    [state.status, status, connected, latest, messages.length, error, lastEventId].join()

  test.each([
    { name: 'an endpoint', target: '/events', options: {} },
    { name: 'a POST', target: '/answer', options: { body: { prompt: 'hello' } } },
    { name: 'nothing yet', target: null, options: {} },
    { name: 'an endpoint resumed', target: '/events', options: { lastEventId: '7' } },
  ])('shows $name as idle and opens nothing', async ({ target, options }) => {
    const asked = vi.fn()
    const html = await render(target, { ...options, fetch: asked, headers: asked }, snapshot)
    expect(html).toBe('<p>idle,idle,false,,0,, 7 value</p>')
    expect(asked).not.toHaveBeenCalled()
  })

  test('shares no source between requests', async () => {
    const sources = new Set<unknown>()
    const seen: Seen = ({ source }) => sources.add(source).size
    await render('/events', {}, seen)
    await render('/events', {}, seen)
    expect(sources.size).toBe(2)
  })

  test('parses no url', async () => {
    await render('http://[', {}, ({ status }) => status)
  })

  test('watches no source of somebody else', async () => {
    const source = createSource('/events')
    await render(source, {}, snapshot)
    expect(source.state.peek().status).toBe('idle')
  })
})

test('a Vue scope outside of components opens nothing on a server', () => {
  const scope = effectScope(true)
  const watched = vi.fn()
  const { status, value } = scope.run(() => ({
    status: vue.useSSE('/events').status,
    value: vue.useSignalValue(signal(1, { watched })),
  })) as { status: { value: string }; value: { value: number } }
  expect([status.value, value.value]).toEqual(['idle', 1])
  expect(watched).not.toHaveBeenCalled()
  scope.stop()
})
