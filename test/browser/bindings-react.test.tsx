/** The React binding in a browser: the shared suite, and what only React does. */
import {
  Activity,
  memo,
  StrictMode,
  Suspense,
  startTransition,
  use,
  useDeferredValue,
  useEffect,
} from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type SourceView, useSSE } from '../../bindings/react/index.js'
import {
  advance,
  createEndpoint,
  type Events,
  GRACE,
  settle,
  tick,
  withBrowserTime,
} from '../support/bindings/host.js'
import { reactHost, strictReactHost } from '../support/bindings/react.js'
import { bindingsSuite } from '../support/bindings/suite.js'

bindingsSuite(reactHost)
bindingsSuite(strictReactHost)

function createPage() {
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)
  onTestFinished(() => {
    flushSync(() => root.unmount())
    container.remove()
  })
  return {
    async show(node: React.ReactNode) {
      flushSync(() => root.render(node))
      await settle()
    },
    root,
    text: () => container.textContent,
    container,
  }
}

describe('the result of useSSE', () => {
  withBrowserTime()

  /** A component that keeps what each render got, having read some of it. */
  const recorder = (read: (view: SourceView<Events>) => unknown) => {
    const views: SourceView<Events>[] = []
    const endpoint = createEndpoint()
    const Recorder = (_: { n?: number }) => {
      const view = useSSE<Events>(endpoint.url, { fetch: endpoint.fetch })
      read(view)
      views.push(view)
      return null
    }
    return { endpoint, views, Recorder }
  }

  test('is a new object at each change and the same one otherwise', async () => {
    const { endpoint, views, Recorder } = recorder(({ latest }) => latest)
    const page = createPage()
    await page.show(<Recorder n={1} />)
    await page.show(<Recorder n={2} />)
    expect(views).toHaveLength(2)
    expect(views[1]).toBe(views[0])
    await endpoint.send(tick(1))
    expect(views).toHaveLength(3)
    expect(views[2]).not.toBe(views[1])
  })

  test('keeps showing what it showed', async () => {
    const { endpoint, views, Recorder } = recorder(({ latest, messages }) => [latest, messages])
    const page = createPage()
    await page.show(<Recorder />)
    await endpoint.send(tick(1))
    await endpoint.send(tick(2))
    expect(views.map(({ latest }) => latest?.data)).toEqual([undefined, '1', '2'])
    expect(views.map(({ messages }) => messages.length)).toEqual([0, 1, 2])
  })

  test('spread into another object renders for everything', async () => {
    const { endpoint, views, Recorder } = recorder(({ status, ...rest }) => [status, rest])
    const page = createPage()
    await page.show(<Recorder />)
    const before = views.length
    await endpoint.send('id: 7\n\n')
    expect(views).toHaveLength(before + 1)
    const { lastEventId, source, ...others } = { ...views.at(-1) }
    expect(lastEventId).toBe('7')
    expect(Object.keys(others)).toEqual(
      expect.arrayContaining(['state', 'latest', 'messages', 'error', 'latestOf', 'close']),
    )
  })

  test('renders for what an effect read, or a child', async () => {
    const { url, fetch, send } = createEndpoint()
    const seen: unknown[] = []
    const Child = memo(({ view }: { view: SourceView<Events> }) => (
      <output>{view.latestOf('tock')?.data}</output>
    ))
    const Parent = () => {
      const view = useSSE<Events>(url, { fetch })
      useEffect(() => {
        seen.push(view.latest?.data)
      }, [view])
      return <Child view={view} />
    }
    const page = createPage()
    await page.show(<Parent />)
    await send(tick(1))
    await send(tick(2, 'tock'))
    expect(seen).toEqual([undefined, '1', '2'])
    expect(page.text()).toBe('2')
  })
})

describe('what React does to a component', () => {
  withBrowserTime()

  test('suspended before it was mounted, it costs one connection and its newest functions are called', async () => {
    const { url, fetch, exchanges } = createEndpoint()
    let resolve = () => {}
    const later = new Promise<void>((done) => {
      resolve = done
    })
    let renders = 0
    const Suspending = () => {
      const render = ++renders
      const { status } = useSSE(url, { fetch, headers: () => ({ render: `${render}` }) })
      use(later)
      return status
    }
    const page = createPage()
    await page.show(
      <StrictMode>
        <Suspense fallback="loading">
          <Suspending />
        </Suspense>
      </StrictMode>,
    )
    expect(page.text()).toBe('loading')
    await advance(GRACE)
    expect(exchanges).toHaveLength(0)
    const suspended = renders
    resolve()
    // React shows a fallback for a moment at least, by a clock of its own.
    await expect.poll(page.text).toBe('open')
    expect(exchanges).toHaveLength(1)
    exchanges[0]?.cut()
    await advance(1000)
    expect(exchanges).toHaveLength(2)
    expect(Number(exchanges[1]?.request.headers.get('render'))).toBeGreaterThan(suspended)
  })

  test('hidden by Activity it lets go, and shown again it joins who came meanwhile', async () => {
    const { url, fetch, send, exchanges } = createEndpoint()
    const Shown = ({ name }: { name: string }) => {
      const { messages } = useSSE<Events>(url, { fetch })
      return <output id={name}>{messages.map(({ data }) => data).join()}</output>
    }
    const page = createPage()
    const text = (name: string) => page.container.querySelector(`#${name}`)?.textContent
    const tabs = (a: 'visible' | 'hidden', b: boolean) => (
      <>
        <Activity mode={a}>
          <Shown name="a" />
        </Activity>
        {b && <Shown name="b" />}
      </>
    )
    await page.show(tabs('visible', false))
    await send(tick(1))
    await page.show(tabs('hidden', false))
    await advance(GRACE)
    expect(exchanges.map(({ isLive }) => isLive)).toEqual([false])
    await page.show(tabs('hidden', true))
    await send(tick(2))
    await page.show(tabs('visible', false))
    await advance(GRACE)
    expect(exchanges.map(({ isLive }) => isLive)).toEqual([false, true])
    expect(text('a')).toBe('2')
    await send(tick(3))
    expect(text('a')).toBe('2,3')
  })

  test('hidden and shown by Activity alone it connects again', async () => {
    const { url, fetch, send, exchanges } = createEndpoint()
    const Shown = () => useSSE<Events>(url, { fetch }).latest?.data
    const page = createPage()
    for (const mode of ['visible', 'hidden', 'visible'] as const) {
      await page.show(
        <Activity mode={mode}>
          <Shown />
        </Activity>,
      )
      await advance(GRACE)
    }
    await send(tick(9))
    expect(exchanges.map(({ isLive }) => isLive)).toEqual([false, true])
    expect(page.text()).toBe('9')
  })

  test('in a transition over many components all end with one value', async () => {
    const { url, fetch, send } = createEndpoint()
    const Cell = () => {
      const { latest } = useSSE<Events>(url, { fetch })
      const until = performance.now() + 0.2
      while (performance.now() < until);
      return <i>{latest?.data}</i>
    }
    const page = createPage()
    await page.show(<Cell />)
    const names = Array.from({ length: 100 }, (_, n) => `cell ${n}`)
    startTransition(() => page.root.render(names.map((name) => <Cell key={name} />)))
    for (let n = 0; n < 5; n++) await send(tick(n))
    await expect.poll(() => page.container.querySelectorAll('i').length).toBe(100)
    await settle()
    const values = [...page.container.querySelectorAll('i')].map(({ textContent }) => textContent)
    expect(new Set(values)).toEqual(new Set(['4']))
  })

  test('deferred, the result catches up', async () => {
    const { url, fetch, send } = createEndpoint()
    const Deferred = () => {
      const view = useSSE<Events>(url, { fetch })
      return useDeferredValue(view).latest?.data
    }
    const page = createPage()
    await page.show(<Deferred />)
    for (let n = 0; n < 3; n++) await send(tick(n))
    expect(page.text()).toBe('2')
  })
})
