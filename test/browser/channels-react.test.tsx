/** The channel hooks of React in a browser: the shared suite, and what only React does. */
import {
  Activity,
  memo,
  type ReactNode,
  StrictMode,
  Suspense,
  startTransition,
  use,
  useEffect,
  useLayoutEffect,
} from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  type ChannelView,
  SSEProvider,
  useChannel,
  useChannelEvent,
  useConnection,
  useSSE,
} from '../../bindings/react/index.js'
import type { SSEClient, UntypedEvents } from '../../src/index.js'
import { channelsSuite } from '../support/bindings/channels.js'
import { advance, createWorld, numbers, settle } from '../support/bindings/channels-host.js'
import { reactHost, strictReactHost } from '../support/bindings/channels-react.js'
import { createEndpoint, GRACE, withBrowserTime } from '../support/bindings/host.js'

channelsSuite(reactHost)
channelsSuite(strictReactHost)

function createPage(client: SSEClient) {
  const container = document.body.appendChild(document.createElement('div'))
  const root = createRoot(container)
  onTestFinished(() => {
    flushSync(() => root.unmount())
    container.remove()
  })
  const page = {
    client,
    render: (node: ReactNode) =>
      root.render(<SSEProvider client={page.client}>{node}</SSEProvider>),
    async show(node: ReactNode) {
      flushSync(() => page.render(node))
      await settle()
    },
    text: () => container.textContent,
  }
  return page
}

type View = ChannelView<UntypedEvents>

describe('the result of useChannel', () => {
  withBrowserTime()

  test('is a new object at each change, the same one otherwise, and keeps showing what it showed', async () => {
    const { client, send } = createWorld()
    const views: View[] = []
    const Recorder = (_: { n: number }) => {
      const view = useChannel('a')
      void view.latest
      views.push(view)
      return null
    }
    const page = createPage(client)
    await page.show(<Recorder n={1} />)
    await page.show(<Recorder n={2} />)
    expect(views).toHaveLength(2)
    expect(views[1]).toBe(views[0])
    await send('a', 1)
    await send('a', 2)
    expect(views.slice(1).map(({ latest }) => latest?.data)).toEqual([undefined, 1, 2])
  })

  test('has the fields of a channel and no others', async () => {
    const { client } = createWorld()
    let fields: string[] = []
    const Spread = () => {
      fields = [...Object.keys({ ...useChannel('a') }), ...Object.keys({ ...useConnection() })]
      return null
    }
    await createPage(client).show(<Spread />)
    expect(fields.sort()).toEqual(
      [
        ...['channel', 'error', 'gap', 'latest', 'latestOf', 'messages', 'status'],
        ...['close', 'connect', 'connected', 'disconnect', 'error', 'reconnect', 'state', 'status'],
      ].sort(),
    )
  })

  test('renders for what an effect read, or a child', async () => {
    const { client, send } = createWorld()
    const seen: unknown[] = []
    const Child = memo(({ view }: { view: View }) => <i>{String(view.latestOf('n')?.data)}</i>)
    const Parent = () => {
      const view = useChannel('a')
      useEffect(() => {
        seen.push(view.latest?.data)
      }, [view])
      return <Child view={view} />
    }
    const page = createPage(client)
    await page.show(<Parent />)
    await send('a', 1)
    await send('a', 2)
    expect(seen).toEqual([undefined, 1, 2])
    expect(page.text()).toBe('2')
  })
})

describe('what React does to a component', () => {
  withBrowserTime()

  const Numbers = () => numbers(useChannel('a'))

  test('suspended before it was mounted, it costs one request', async () => {
    const { client, network } = createWorld()
    let resolve = () => {}
    const later = new Promise<void>((done) => {
      resolve = done
    })
    const Suspending = () => {
      const { status } = useChannel('a', { history: 1 })
      useChannelEvent('a', 'n', () => {})
      use(later)
      return status
    }
    const page = createPage(client)
    await page.show(
      <StrictMode>
        <Suspense fallback="loading">
          <Suspending />
        </Suspense>
      </StrictMode>,
    )
    await advance(GRACE)
    expect([page.text(), network.calls]).toEqual(['loading', 0])
    resolve()
    // React shows a fallback for a moment at least, by a clock of its own.
    await expect.poll(page.text).toBe('live')
    expect(network.calls).toBe(1)
  })

  test('hidden by Activity it leaves, and shown again it joins', async () => {
    const { client, send, hub } = createWorld()
    const page = createPage(client)
    const show = (mode: 'visible' | 'hidden') =>
      page.show(
        <Activity mode={mode}>
          <Numbers />
        </Activity>,
      )
    await show('visible')
    await send('a', 1)
    expect(page.text()).toBe('1')
    await show('hidden')
    await advance(GRACE)
    expect(hub.activeChannels).toEqual([])
    await send('a', 2)
    await show('visible')
    await send('a', 3)
    expect(page.text()).toBe('3')
  })

  test('an event that comes before the effects of a render finds its listener', async () => {
    const { client, hub } = createWorld()
    const heard: string[] = []
    const Telling = ({ who }: { who: string }) => {
      useChannelEvent('a', 'n', (data) => heard.push(`${who} hears ${data}`))
      useLayoutEffect(() => void hub.to('a').send('n', who), [who])
      return who
    }
    const page = createPage(client)
    await page.show(<Telling who="first" />)
    heard.length = 0
    startTransition(() => page.render(<Telling who="second" />))
    await expect.poll(page.text).toBe('second')
    await settle()
    expect(heard).toEqual(['second hears second'])
  })
})

describe('another client', () => {
  withBrowserTime()

  test('takes over what is mounted; what the old one opened for it is left', async () => {
    const [one, two] = [createWorld(), createWorld()]
    const { url, fetch, exchanges } = createEndpoint()
    const heard: unknown[] = []
    const Everything = () => {
      const view = useChannel('a')
      useChannelEvent('a', 'n', (data) => heard.push(data))
      const { status } = useConnection()
      const source = useSSE(url, { fetch })
      return `${numbers(view)} ${view.status} ${status} ${source.status}`
    }
    const page = createPage(one.client)
    await page.show(<Everything />)
    await one.send('a', 1)
    expect(page.text()).toBe('1 live open open')
    page.client = two.client
    await page.show(<Everything />)
    await two.send('a', 2)
    expect(page.text()).toBe('2 live open open')
    await advance(GRACE)
    await one.send('a', 3)
    expect(heard).toEqual([1, 2])
    expect(one.network.streams).toBe(0)
    expect(exchanges.map(({ isLive }) => isLive)).toEqual([false, true])
  })
})
